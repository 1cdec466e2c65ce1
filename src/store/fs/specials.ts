import type { Requeue, ControlPatch } from '../contract.ts'
import type { Directory } from './directory.ts'
import { deadIn } from './entryCode.ts'
import { unlessMissing } from './files.ts'
import { frameKinds, isSpecial } from './frame.ts'
import { readSegment } from './frameReader.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'

/** What a store object without the lease asks of the one that has it. */
export type Command =
  | { readonly do: 'cancel' | 'discard'; readonly ids: readonly string[] }
  | { readonly do: 'requeue'; readonly requeues: readonly Requeue[]; readonly at: number }
  | { readonly do: 'control'; readonly patch: ControlPatch }
  | { readonly do: 'announce'; readonly news: unknown }

/** A frame that changes more than the log it stands in, and has not been dealt with. */
export interface Special {
  readonly writer: number
  /** The segment that it stands in. */
  readonly number: number
  /** Its number among the special frames of its writer. */
  readonly special: number
  /** Undefined when it puts dead letters back. */
  readonly command?: Command
  /** The dead letters that its entries were. */
  readonly dead: readonly number[]
}

/** The special frames that the ledger does not know of, in their order. */
export function* unheededSpecials(directory: Directory, log: Log, ledger: Ledger): Generator<Special> {
  for (const { writer, end } of log.writers.values()) {
    const { heeded } = ledger.writer(writer)
    if (end.specials > heeded) yield* specialsFrom(directory, log, writer, heeded)
  }
}

function* specialsFrom(directory: Directory, log: Log, writer: number, first: number): Generator<Special> {
  const { numbers = [], end } = log.writers.get(writer) ?? {}
  let next = first
  for (const [index, number] of numbers.entries()) {
    const following = numbers[index + 1]
    const sums = following === undefined ? end : log.opening(writer, following)?.header
    if (sums && sums.specials <= next) continue
    const reader = unlessMissing(() =>
      readSegment(directory, writer, number, { until: () => log.endOf(writer, number) }),
    )
    if (reader === undefined) continue
    try {
      for (let found = reader.next(); found !== undefined; found = reader.next()) {
        if (found.kind === 'damage' || !isSpecial(found.header.kind) || found.header.specials < next) continue
        const { kind, count, specials: special } = found.header
        const body = found.body()
        next = special + 1
        if (kind === frameKinds.requeue) yield { writer, number, special, dead: body ? deadIn(body, count) : [] }
        else
          yield { writer, number, special, dead: [], ...(body && { command: JSON.parse(body.toString()) as Command }) }
      }
    } finally {
      reader.close()
    }
  }
  // What is missing was damaged: it cannot be obeyed any more.
  if (end && end.specials > next) yield { writer, number: end.number, special: end.specials - 1, dead: [] }
}
