import { createOutbox } from '../../../src/createOutbox.ts'
import { HoldError } from '../../../src/errors.ts'
import { observeSteps, sessionHead } from '../../../src/inspect/observeSteps.ts'
import type { RecordedLine } from '../../../src/inspect/step.ts'
import { memoryStore } from '../../../src/store/memory.ts'
import { simulatedTime } from '../../../src/testing/simulatedTime.ts'

/** The lines of a session in simulated time: an outage of 3 s, a delivery, a hold, and what came of it. */
export async function recordOutage(): Promise<readonly RecordedLine[]> {
  const time = simulatedTime()
  let tries = 0
  const outbox = createOutbox<string>({
    ...time.options,
    store: memoryStore(),
    push: ({ payload }) => {
      tries += 1
      if (tries <= 2) throw new Error('503: out of order')
      if (payload === 'salt') throw new HoldError('sign in again')
    },
  })
  await time.quiet()
  const lines: RecordedLine[] = [sessionHead(outbox, 'recorded')]
  const endSteps = observeSteps(outbox, (step) => lines.push(step))
  await outbox.enqueue('milk')
  await time.advance(3_000)
  await outbox.enqueue('salt')
  await time.quiet()
  outbox.pause()
  endSteps()
  await outbox.stop()
  return lines
}

/** Lines as a file holds them. */
export function fileOf(lines: readonly RecordedLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
