import type { Frame } from './session.ts'

/** What happened within one stretch of time. */
export interface RateBin {
  readonly startAt: number
  readonly enqueued: number
  readonly delivered: number
  readonly failed: number
}

/** The rates of a session, oldest first. */
export interface Rates {
  readonly bins: readonly RateBin[]
  readonly binMs: number
}

const binCount = 60

/** Counts up to `until`, in 60 bins: over the last minute of a live session, over the whole of a recording. */
export function ratesOf(frames: readonly Frame[], until: number, isWhole: boolean): Rates {
  const first = frames[0]
  const spanMs =
    isWhole && first !== undefined ? Math.max(binCount * 10, (frames.at(-1)?.at ?? 0) - first.at + 1) : 60_000
  const binMs = spanMs / binCount
  // Whole bins, so that bars stand still while time goes on.
  const startAt = isWhole ? (first?.at ?? 0) : Math.floor(until / binMs + 1) * binMs - spanMs
  const bins = Array.from({ length: binCount }, (_, index) => ({
    startAt: startAt + index * binMs,
    enqueued: 0,
    delivered: 0,
    failed: 0,
  }))
  for (let index = frames.length - 1; index > 0; index -= 1) {
    const [frame, before] = [frames[index], frames[index - 1]]
    if (frame === undefined || before === undefined || frame.at < startAt) break
    const bin = bins[Math.floor((frame.at - startAt) / binMs)]
    if (bin === undefined) continue
    const [now, then] = [totalsOf(frame), totalsOf(before)]
    bin.enqueued += Math.max(0, now.enqueued - then.enqueued)
    bin.delivered += Math.max(0, now.delivered - then.delivered)
    bin.failed += Math.max(0, now.dropped - then.dropped) + (frame.step?.event.emitted?.['retryScheduled'] ?? 0)
  }
  return { bins, binMs }
}

function totalsOf({ context: { counts, tally } }: Frame) {
  return { enqueued: counts?.totals.enqueued ?? 0, delivered: tally.delivered, dropped: tally.dropped }
}
