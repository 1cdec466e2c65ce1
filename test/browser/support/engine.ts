import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A browser of another make, with an empty profile; it ends, and its profile goes, when it is disposed. */
export interface Engine extends AsyncDisposable {
  readonly version: string
  /** A tab at this address; its document is loaded. */
  open(url: string): Promise<EngineTab>
}

export interface EngineTab {
  /** What `work` resolves to in the page; it reaches nothing but its argument and the page's globals, and both sides are JSON. */
  evaluate<R, A = undefined>(work: (argument: A) => R | Promise<R>, argument?: A): Promise<R>
  close(): Promise<void>
}

/** The work as an expression that resolves to JSON in a page; what it throws becomes `error`. */
export function expressionOf(work: (argument: never) => unknown, argument: unknown): string {
  const call = `(${work.toString()})(${argument === undefined ? '' : JSON.stringify(argument)})`
  return `(async () => {
    try { return JSON.stringify({ value: await ${call} }) }
    catch (error) { return JSON.stringify({ error: String(error?.stack ? error + ' ' + error.stack : error) }) }
  })()`
}

/** What the page answered. */
export function answerIn(json: string): unknown {
  const { value, error } = JSON.parse(json) as { readonly value: unknown; readonly error?: string }
  if (error !== undefined) throw new Error(`in the page: ${error}`)
  return value
}

/** The first of these programs on the PATH. */
export function findProgram(names: readonly string[], { PATH = '' }: NodeJS.ProcessEnv = process.env) {
  return PATH.split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable)
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts a process with a group of its own, which does not outlive this one, whatever happens. */
export function startGroup(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'stdio' | 'env'>,
): ChildProcess {
  const child = spawn(program, args, { ...options, detached: true })
  // A test that ran out of time does not get to end it.
  const endLate = () => void endGroup(child)
  process.once('exit', endLate)
  child.once('exit', () => process.off('exit', endLate))
  return child
}

/** Ends a process that was started so, and all that it has started. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const { pid, exitCode, signalCode } = child
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-pid, 'SIGKILL')
  await exited
}
