import type { Files } from '../../../src/store/fs/files.ts'

/** Files of which one call fails. */
export interface FailingFiles {
  readonly files: Files
  /** How many calls there were. */
  calls(): number
  /** Lets every call succeed from now on, uncounted. */
  heal(): void
  /** The name of the function that failed. */
  failed(): string | undefined
}

/** The calls that ask something of the disk and may fail. */
const fallible = [
  'list',
  'makeDirectory',
  'stat',
  'create',
  'open',
  'size',
  'read',
  'write',
  'truncate',
  'touch',
  'sync',
  'syncNow',
  'syncDirectory',
  'syncDirectoryNow',
  'rename',
  'link',
  'unlink',
] as const

/** Lets call number `number` fail with `code`, and the `more` calls after it; a write leaves its first half. */
export function failingFiles(files: Files, number: number, code: string, more = 0): FailingFiles {
  let calls = 0
  let isHealed = false
  let failed: string | undefined
  const wrapped: Record<string, unknown> = { ...files }
  for (const name of fallible) {
    const call = files[name] as (...args: unknown[]) => unknown
    wrapped[name] = (...args: unknown[]) => {
      if (isHealed) return call(...args)
      calls += 1
      if (calls < number || calls > number + more) return call(...args)
      failed ??= name
      const error = Object.assign(new Error(`${code}: ${name}`), { code })
      if (name === 'sync' || name === 'syncDirectory') return Promise.reject(error)
      if (name === 'write') {
        const [file, data, at] = args as [number, Uint8Array, number]
        files.write(file, data.subarray(0, data.length / 2), at)
      }
      throw error
    }
  }
  return {
    files: wrapped as unknown as Files,
    calls: () => calls,
    heal: () => void (isHealed = true),
    failed: () => failed,
  }
}
