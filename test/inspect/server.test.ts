import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOutbox } from '../../src/createOutbox.ts'
import { isOutboxError } from '../../src/errors.ts'
import { createLineStream } from '../../src/inspect/server/stream.ts'
import type { Inspector } from '../../src/inspect/server/startInspector.ts'
import { startInspector } from '../../src/inspect/server/startInspector.ts'
import type { RecordedLine, Step } from '../../src/inspect/step.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { ask, begin, portOf } from './support/asking.ts'

/** The lines of a stream until one of them is like this. */
async function linesUntil(
  inspector: Inspector,
  isLast: (line: RecordedLine) => boolean,
  whileOpen?: () => void,
): Promise<readonly string[]> {
  const stream = await begin(inspector, { path: '/stream' })
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) {
    if (lines.push(line) === 1) whileOpen?.()
    if (isLast(JSON.parse(line) as RecordedLine)) break
  }
  stream.destroy()
  return lines
}

test('the stream is a recording: the head, then each step', async () => {
  await using outbox = createOutbox<string>({ store: memoryStore(), push: () => undefined })
  await using inspector = await startInspector(outbox, { name: 'todos' })
  const isDrained = (line: RecordedLine) =>
    line.kind === 'step' && line.event.type === 'engine.drained' && line.context.tally.delivered === 1
  const lines = await linesUntil(inspector, isDrained, () => void outbox.enqueue('milk'))
  const parsed = lines.map((line) => JSON.parse(line) as RecordedLine)
  expect(parsed[0]).toMatchObject({ kind: 'session', version: 1, name: 'todos' })
  expect(parsed.slice(1).every(({ kind }) => kind === 'step')).toBe(true)
  expect(parsed.at(-1)).toMatchObject({ before: 'draining.pushing', state: 'idle.ready' })
})

test('however fast it drains, with 10,000 waiting no line is longer than 4 kB, few are sent, and the last one counts', async () => {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await using outbox = createOutbox<{ readonly text: string }>({ store: memoryStore(), push: () => released })
  await outbox.enqueueAll(Array.from({ length: 10_000 }, () => ({ payload: { text: 'x'.repeat(500) } })))
  await using inspector = await startInspector(outbox, { payloads: true })
  const lines = await linesUntil(
    inspector,
    (line) => line.kind === 'step' && line.context.counts?.totals.delivered === 10_000,
    release,
  )
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4_096)
  const steps = lines.map((line) => JSON.parse(line) as RecordedLine)
  const dropped = steps.reduce((sum, line) => sum + (line.kind === 'gap' ? line.dropped : 0), 0)
  const sent = steps.filter(({ kind }) => kind === 'step').length
  expect(dropped + sent).toBeGreaterThan(150)
})

test('nothing is observed until a page looks, and nothing once it has left', async () => {
  let shown = 0
  const payloads = () => {
    shown += 1
  }
  await using outbox = createOutbox<string>({ store: memoryStore(), push: () => undefined })
  await using inspector = await startInspector(outbox, { payloads })
  const push = async () => {
    await outbox.enqueue('milk')
    await outbox.flush()
    return shown
  }
  expect(await push()).toBe(0)
  const stream = await begin(inspector, { path: '/stream' })
  const seen = await push()
  expect(seen).toBeGreaterThan(0)
  stream.destroy()
  await expect.poll(async () => (await push()) === (await push())).toBe(true)
})

/** A client that reads nothing, and what was written for it. */
function deafClient() {
  const client = {
    written: 0,
    destroyed: false,
    get writableLength() {
      return client.written
    },
    write(chunk: string) {
      client.written += chunk.length
    },
    destroy() {
      client.destroyed = true
    },
    end: () => undefined,
  }
  return client
}

describe('a stream', () => {
  const line = { kind: 'gap', dropped: 1, at: 0 } as const
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('lets a client go that does not read, and nothing piles up', () => {
    const client = deafClient()
    const stream = createLineStream(client as never)
    for (let rounds = 0; rounds < 100; rounds += 1) {
      for (let count = 0; count < 1_000; count += 1) stream.send(line)
      vi.advanceTimersByTime(100)
    }
    expect(client.destroyed).toBe(true)
    // A little more than may wait, and not the megabytes that came.
    expect(client.written).toBeLessThan(400_000)
  })

  test('makes no step that it spares a client, and the end comes after the last one', () => {
    const sent: string[] = []
    const stream = createLineStream({
      destroyed: false,
      writableLength: 0,
      write: (text: string) => sent.push(...text.trim().split('\n')),
      end: () => undefined,
    } as never)
    const made: number[] = []
    for (let at = 0; at < 1_000; at += 1) {
      stream.send(() => {
        made.push(at)
        return { kind: 'step', at } as Step
      })
    }
    stream.send({ kind: 'end', at: 1_000 })
    stream.end()
    const lines = sent.map((text) => JSON.parse(text) as RecordedLine)
    const shown = lines.flatMap((each) => (each.kind === 'step' ? [each.at] : []))
    expect(made).toEqual(shown)
    expect(shown.length).toBeLessThan(100)
    expect(lines.slice(-3)).toEqual([
      { kind: 'gap', dropped: 1_000 - shown.length, at: 999 },
      { kind: 'step', at: 999 },
      { kind: 'end', at: 1_000 },
    ])
  })

  test.each([0, 1_000])(
    'ends with what is left, and nothing comes after: it would end the process (%d ms later)',
    (quietMs) => {
      const client = deafClient()
      const stream = createLineStream(client as never)
      stream.send(line)
      stream.send(line)
      vi.advanceTimersByTime(quietMs)
      stream.end()
      const { written } = client
      expect(written).toBe(2 * `${JSON.stringify(line)}\n`.length)
      stream.send(line)
      vi.advanceTimersByTime(1_000)
      stream.send(line)
      expect(client.written).toBe(written)
    },
  )
})

test('lists are asked for by the page: entries and dead letters from the oldest, the audit from the newest', async () => {
  await using outbox = createOutbox<number>({ store: memoryStore(), push: () => undefined })
  await using inspector = await startInspector(outbox)
  await outbox.enqueueAll(Array.from({ length: 60 }, (_, payload) => ({ payload, id: `id-${payload}` })))
  await outbox.flush()
  await expect.poll(() => outbox.size()).toBe(0)
  outbox.pause()
  await outbox.enqueueAll(Array.from({ length: 30 }, (_, payload) => ({ payload, id: `more-${payload}` })))

  const idsOf = async (what: string): Promise<readonly string[]> => {
    const ids: string[] = []
    let from: number | undefined
    do {
      const { status, body } = await ask(inspector, { path: '/page', body: JSON.stringify({ what, limit: 25, from }) })
      expect(status).toBe(200)
      const page = JSON.parse(body) as { readonly rows: readonly { readonly id: string }[]; readonly next?: number }
      ids.push(...page.rows.map(({ id }) => id))
      from = page.next
    } while (from !== undefined)
    return ids
  }
  expect(await idsOf('entries')).toEqual(Array.from({ length: 30 }, (_, number) => `more-${number}`))
  expect(await idsOf('audit')).toEqual(Array.from({ length: 60 }, (_, number) => `id-${59 - number}`))
  expect(await idsOf('dead')).toEqual([])
})

test('an option that cannot be used is refused by name, and so is a port that is taken', async () => {
  await using outbox = createOutbox<number>({ store: memoryStore(), push: () => undefined })
  await expect(startInspector(outbox, { port: -1 })).rejects.toSatisfy((error) => isOutboxError(error, 'OUTBOX_OPTION'))
  await using first = await startInspector(outbox)
  await expect(startInspector(outbox, { port: portOf(first) })).rejects.toThrow('EADDRINUSE')
})

test('`open` is told the address of the page', async () => {
  await using outbox = createOutbox<number>({ store: memoryStore(), push: () => undefined })
  const opened: string[] = []
  await using inspector = await startInspector(outbox, { open: (url) => opened.push(url) })
  expect(opened).toEqual([inspector.url])
})
