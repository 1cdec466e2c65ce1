import type { EntryStream, PendingEntry, StreamSource } from './entryStream.ts'
import { createEntryStream } from './entryStream.ts'

/** The pending entries of all writers by number. */
export interface Merge {
  next(): PendingEntry | undefined
  close(): void
}

/** @param after - only what has a greater number. */
export function createMerge(source: StreamSource, after = -Infinity): Merge {
  const streams = new Map<number, EntryStream>()
  return {
    next() {
      for (const writer of source.log.writers.keys()) {
        if (!streams.has(writer)) streams.set(writer, createEntryStream(source, writer, after))
      }
      let first: EntryStream | undefined
      let least = Infinity
      for (const stream of streams.values()) {
        const seq = stream.peek()?.seq ?? Infinity
        if (seq < least) {
          least = seq
          first = stream
        }
      }
      const found = first?.peek()
      first?.shift()
      return found
    },
    close() {
      for (const stream of streams.values()) stream.close()
      streams.clear()
    },
  }
}
