import { readFileSync, readlinkSync } from 'node:fs'
import { errnoOf } from './files.ts'

/** Which process it was, so that another one that later has the same pid is told from it. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the kernel's ticks since boot. */
  readonly startedAt?: string
  /** The boot it lives in. */
  readonly boot?: string
  /** The pid namespace: a container has its own pids. */
  readonly container?: string
}

/** What is known about the processes of this machine. */
export interface Processes {
  self(): ProcessIdentity
  /** What has become of a process; `unknown` when it lives, or lived, among pids that are not ours. */
  fateOf(identity: ProcessIdentity): 'gone' | 'running' | 'unknown'
}

/** The processes of this machine, by `/proc` where there is one, else by pid alone. */
export const systemProcesses: Processes = {
  self: () => (self ??= readSelf()),
  fateOf({ pid, startedAt, boot, container }) {
    const here = systemProcesses.self()
    if (boot !== here.boot) return boot !== undefined && here.boot !== undefined ? 'gone' : 'unknown'
    if (container !== here.container) return 'unknown'
    const found = startOf(pid)
    if (found === undefined) return isRunning(pid) ? 'running' : 'gone'
    return found === 'over' || (startedAt !== undefined && found !== startedAt) ? 'gone' : 'running'
  },
}

let self: ProcessIdentity | undefined

function readSelf(): ProcessIdentity {
  const startedAt = startOf(process.pid)
  const boot = orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const container = orUndefined(() => readlinkSync('/proc/self/ns/pid'))
  return {
    pid: process.pid,
    ...(startedAt !== undefined && { startedAt }),
    ...(boot !== undefined && { boot }),
    ...(container !== undefined && { container }),
  }
}

/** When the process with this pid started; `over` when it only waits to be collected, undefined when that cannot be known. */
function startOf(pid: number): string | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The second field is the command's name in parentheses and may hold anything, parentheses too.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? 'over' : fields?.[19]
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) === 'EPERM'
  }
}

/** Not every system has `/proc`: then the fact is not known. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
