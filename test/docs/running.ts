import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format, promisify } from 'node:util'
import { vi } from 'vitest'

/** The root of the package. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A folder inside the package, so that its files find the package by name, with these files. */
async function withFiles<R>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(root, 'test/docs/.generated-'))
  try {
    for (const [name, code] of Object.entries(files)) await writeFile(join(folder, name), code)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What the compiler says about these modules, as strictly as it looks at the package itself. */
export function complaintsAbout(
  modules: Readonly<Record<string, string>>,
  compilerOptions: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*'] }
  return withFiles({ ...modules, 'tsconfig.json': JSON.stringify(config) }, async (folder) => {
    const compiler = join(root, 'node_modules/typescript/lib/tsc.js')
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', '.'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    )
    // What is wrong with the package itself is for another check.
    return stdout.split(/\n(?!\s)/).filter((complaint) => complaint !== '' && !complaint.startsWith('..'))
  })
}

/** Runs a module in an empty working directory and answers what it printed. */
export async function run(code: string): Promise<string[]> {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...parts) => void lines.push(format(...parts)))
  const before = process.cwd()
  const directory = await mkdtemp(join(tmpdir(), 'xstate-outbox-docs-'))
  try {
    process.chdir(directory)
    await withFiles({ 'snippet.ts': code }, (folder) => import(pathToFileURL(join(folder, 'snippet.ts')).href))
    return lines
  } finally {
    log.mockRestore()
    process.chdir(before)
    await rm(directory, { recursive: true })
  }
}
