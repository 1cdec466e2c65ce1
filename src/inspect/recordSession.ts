import { optionError } from '../errors.ts'
import { contained } from '../contained.ts'
import { createLineRing } from './lineRing.ts'
import type { Observed, StepOptions } from './observeSteps.ts'
import { actorOf, clockOf, observeSteps, sessionHead } from './observeSteps.ts'
import type { RecordedLine } from './step.ts'

/** What is recorded, and where. */
export interface RecordOptions extends StepOptions {
  /** Names the session; default: the name of the actor's input. */
  readonly name?: string
  /** Takes each line as it comes, with its line break. Without it the recording is kept in memory, for `text`. */
  readonly write?: (line: string) => void
  /**
   * How many bytes a recording may have; an integer >= 16,384; default 1,048,576. One in memory forgets its oldest steps then; one
   * that is written ends, and says how many steps are missing.
   */
  readonly maxBytes?: number
}

/** A recording under way. */
export interface Recording {
  /** What has been recorded, as JSON Lines; empty when it is written elsewhere. */
  text(): string
  /** Ends it; the machine's own end does, too. */
  stop(): void
}

const smallest = 16_384
/** Kept back for the last lines: how many steps are missing, and the end. */
const reserveBytes = 200

/**
 * Records what an outbox does from now on as JSON Lines, without payloads unless asked for: to look at, or to `replay`. Nothing that
 * goes wrong with it reaches the outbox.
 * @throws OutboxError `OUTBOX_OPTION` for a `maxBytes` that is no integer >= 16,384.
 */
export function recordSession(observed: Observed, options: RecordOptions = {}): Recording {
  const { name, write, maxBytes = 1_048_576, payloads = false } = options
  if (!Number.isInteger(maxBytes) || maxBytes < smallest)
    throw optionError('maxBytes', `an integer >= ${smallest}`, maxBytes)
  const now = clockOf(actorOf(observed))
  const head = lineOf(sessionHead(observed, name))
  const ring = createLineRing(maxBytes - reserveBytes - head.bytes)
  let isEnded = false
  let leftBytes = maxBytes - reserveBytes
  let dropped = 0

  const put = contained((line: Line) => {
    if (write === undefined) return ring.add(line.text, line.bytes)
    // Said before what follows; a write that fails leaves a gap, too.
    const gap = dropped > 0 ? lineOf({ kind: 'gap', dropped, at: now() }) : undefined
    const bytes = line.bytes + (gap?.bytes ?? 0)
    dropped += 1
    if (bytes > leftBytes) return
    leftBytes -= bytes
    const written: unknown = write((gap?.text ?? '') + line.text)
    dropped = 0
    // One that fails later must not end the process.
    if (written instanceof Promise) written.catch(() => (dropped += 1))
  })

  function end(): void {
    if (isEnded) return
    isEnded = true
    unobserve()
    leftBytes += reserveBytes
    put(lineOf({ kind: 'end', at: now() }))
  }

  if (write !== undefined) put(head)
  const unobserve = observeSteps(
    observed,
    (step) => {
      put(lineOf(step))
      if (step.state === 'stopped') end()
    },
    { payloads },
  )
  return {
    text() {
      if (write !== undefined) return ''
      const gap = ring.dropped() > 0 ? lineOf({ kind: 'gap', dropped: ring.dropped(), at: now() }).text : ''
      return [head.text, gap, ...ring.lines()].join('')
    },
    stop: end,
  }
}

interface Line {
  readonly text: string
  readonly bytes: number
}

function lineOf(line: RecordedLine): Line {
  const text = `${JSON.stringify(line)}\n`
  return { text, bytes: new TextEncoder().encode(text).length }
}
