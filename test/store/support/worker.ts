import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Store } from '../../../src/store/contract.ts'
import type { Settings } from '../../../src/store/fs/settings.ts'
import type { Compiled } from './compiled.ts'

/** A store in another process. */
export interface Worker {
  readonly pid: number
  call<Name extends Exclude<keyof Store, 'durability' | 'lease' | 'watch' | 'announce' | 'warmUp'>>(
    name: Name,
    ...args: Parameters<Store[Name]>
  ): Promise<Awaited<ReturnType<Store[Name]>>>
  /** Waits for the lease; resolves with its epoch. */
  take(): Promise<number>
  release(epoch: number): Promise<void>
  drain(): Promise<readonly string[]>
  /** Appends copies of `draft` until it is killed; each acknowledged id is told to `onAppended`. Rejects when one is refused. */
  appendForEver(draft: unknown, prefix: string, onAppended: (id: string) => void): Promise<never>
  /** Resolves when a lease of this worker was lost, with its epoch. */
  lost(): Promise<number>
  signal(name: NodeJS.Signals): void
  /** Kills it with -9, if it still runs, and waits until it is gone. */
  kill(): Promise<void>
}

type Message = {
  readonly number?: number
  readonly result?: unknown
  readonly error?: { readonly code?: string; readonly message: string }
  readonly lost?: number
  readonly appended?: string
}

const script = fileURLToPath(new URL('worker.mjs', import.meta.url))

export async function startWorker(
  compiled: Compiled,
  directory: string,
  settings: Partial<Settings> = {},
  wrapper: readonly string[] = [],
): Promise<Worker> {
  const args = [compiled.url('src/store/fs'), directory, JSON.stringify(settings)]
  const [command, ...rest] = wrapper
  const child = command
    ? fork(script, args, { execPath: command, execArgv: [...rest, process.execPath], stdio: 'inherit' })
    : fork(script, args, { execArgv: [], stdio: 'inherit' })
  const exited = once(child, 'exit')
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  const lostEpochs: number[] = []
  let onLost = (epoch: number): void => void lostEpochs.push(epoch)
  let onAppended: ((id: string) => void) | undefined
  let calls = 0
  child.on('message', (message: Message) => {
    if (message.lost !== undefined) onLost(message.lost)
    if (message.appended !== undefined) onAppended?.(message.appended)
    const caller = waiting.get(message.number ?? -1)
    if (message.error) caller?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }))
    else caller?.resolve(message.result)
  })
  await once(child, 'message')

  function call(name: string, ...callArgs: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      calls += 1
      waiting.set(calls, { resolve, reject })
      child.send({ number: calls, call: name, args: callArgs })
    })
  }

  return {
    pid: child.pid ?? NaN,
    call: call as Worker['call'],
    take: () => call('take') as Promise<number>,
    release: (epoch) => call('release', epoch) as Promise<void>,
    drain: () => call('drain') as Promise<readonly string[]>,
    appendForEver(draft, prefix, tell) {
      onAppended = tell
      return call('appendForEver', draft, prefix) as Promise<never>
    },
    lost: () =>
      new Promise((resolve) => {
        const [epoch] = lostEpochs.splice(0, 1)
        if (epoch !== undefined) resolve(epoch)
        else {
          onLost = (lost) => {
            resolve(lost)
          }
        }
      }),
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
