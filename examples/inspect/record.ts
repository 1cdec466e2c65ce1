// Records what an outbox does while its remote is out of order, and replays the recording: what a bug report would hold.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOutbox, memoryStore } from 'xstate-outbox'
import { recordSession, replay } from 'xstate-outbox/inspect'

interface Todo {
  readonly title: string
}

const folder = mkdtempSync(join(tmpdir(), 'xstate-outbox-session-'))
const file = join(folder, 'session.jsonl')
let failures = 2

const outbox = createOutbox<Todo>({
  name: 'todos',
  store: memoryStore(),
  backoff: () => 20,
  push: () => {
    failures -= 1
    if (failures >= 0) throw new Error('503')
  },
})

recordSession(outbox, { name: 'todos', write: (line) => appendFileSync(file, line) })
const isEmpty = new Promise<void>((resolve) => void outbox.on('drained', () => resolve()))
await outbox.enqueue({ title: 'milk, and nobody else has to know' })
await isEmpty
await outbox.stop()

const recording = readFileSync(file, 'utf8')
for (const line of recording.split('\n').filter(Boolean)) {
  const { kind, event, before, state } = JSON.parse(line) as Record<string, unknown> & { event?: { type: string } }
  if (kind === 'step' && state !== before) console.log(`${String(before)} -> ${String(state)} (${event?.type ?? ''})`)
}
const { steps, difference } = replay(recording)
console.log(difference === undefined ? `replayed: all ${steps} steps agree` : `step ${difference.line} differs`)
console.log(`the recording says "milk": ${recording.includes('milk') ? 'yes' : 'no'}`)
rmSync(folder, { recursive: true })
