import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import type { RecordedLine } from '../../src/inspect/step.ts'
import { buildPackage } from '../support/builtPackage.ts'
import { ask, begin } from './support/asking.ts'

test('runs the live example: its address is printed, its steps come, and orders are taken', async () => {
  await using built = await buildPackage()
  const child = spawn(process.execPath, [built.path('examples/inspect/live.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const exited = once(child, 'exit')
    const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [, url = ''] = /^inspector: (\S+)$/.exec(String((await said.next()).value)) ?? []
    const stream = await begin({ url }, { path: '/stream' })
    const states = new Set<string>()
    for await (const line of createInterface({ input: stream })) {
      const step = JSON.parse(line) as RecordedLine
      if (step.kind === 'step') states.add(step.state)
      if (step.kind === 'step' && step.context.tally.delivered > 2) break
    }
    stream.destroy()
    expect([...states]).toContain('draining.pushing')
    const { status } = await ask({ url }, { path: '/control', body: '{"type":"pause"}' })
    expect(status).toBe(200)
    child.kill('SIGTERM')
    expect(String((await said.next()).value)).toMatch(/^\d+ delivered, \d+ pending$/)
    expect(await exited).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})
