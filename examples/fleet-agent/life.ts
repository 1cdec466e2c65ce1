import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Work } from './agent.ts'
import type { Change, Chronicle } from './chronicle.ts'

/** One run of the agent as a process of its own, from its start to its end or its kill. */
export interface Life {
  /** Hands finished work in; resolves when the agent has it on disk. */
  hand(work: readonly Work[]): Promise<void>
  /** `kill -9`: the process gets no chance to do anything more. */
  kill(): Promise<void>
  /** Lets the agent end by itself. */
  end(): Promise<void>
}

const agent = fileURLToPath(new URL('agent.js', import.meta.url))

export function startLife(folder: string, env: NodeJS.ProcessEnv, chronicle: Chronicle): Life {
  const child = spawn(process.execPath, [agent, folder], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let isAwaited = false
  child.once('exit', () => {
    if (!isAwaited) chronicle.add({ who: 'demo', what: 'crashed' })
  })
  const lines = createInterface({ input: child.stdout })
  const read = once(lines, 'close')
  lines.on('line', (line) => chronicle.add({ ...(JSON.parse(line) as Omit<Change, 'who'>), who: 'agent' }))
  return {
    async hand(work) {
      for (const one of work) child.stdin.write(`${JSON.stringify(one)}\n`)
      await chronicle.until(() => work.every(({ id }) => chronicle.count('agent', 'enqueued', id) > 0))
    },
    async kill() {
      isAwaited = true
      child.kill('SIGKILL')
      await Promise.all([exited, read])
      chronicle.add({ who: 'demo', what: 'killed' })
    },
    async end() {
      isAwaited = true
      child.stdin.end()
      await Promise.all([exited, read])
    },
  }
}
