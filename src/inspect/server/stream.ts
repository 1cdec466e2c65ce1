import type { ServerResponse } from 'node:http'
import type { SourceLine } from '../source.ts'
import type { RecordedLine, Step } from '../step.ts'

/** Lines that go out in one window at most; of more, the first ones and the last go. */
const linesPerWindow = 40
const windowMs = 100
/** Bytes that may wait for a client that does not read; beyond that it is let go. */
const longestQueue = 262_144

/** Lines on their way to one client. */
export interface LineStream {
  send(line: SourceLine | (() => Step)): void
  /** Sends what is left and ends the answer. */
  end(): void
}

/**
 * Writes lines to a client as JSON Lines, the form of a recording: the first at once, then gathered for a tenth of a second. However
 * much happens, a client is sent a bounded number of lines, and told how many it was spared; one that does not read is let go.
 */
export function createLineStream(response: ServerResponse): LineStream {
  let waiting: RecordedLine[] = []
  let readLast: (() => Step) | undefined
  let spared = 0
  let isEnded = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Puts the last of the spared steps behind the lines that wait, and before it how many are missing. */
  function catchUp(): void {
    const last = readLast?.()
    if (last === undefined) return
    if (spared > 0) waiting.push({ kind: 'gap', dropped: spared, at: last.at })
    waiting.push(last)
    readLast = undefined
    spared = 0
  }

  function write(): void {
    catchUp()
    const lines = waiting
    waiting = []
    if (lines.length === 0 || response.destroyed) return
    response.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    if (response.writableLength > longestQueue) response.destroy()
  }

  function onWindow(): void {
    timer = undefined
    if (waiting.length === 0) return
    write()
    openWindow()
  }

  function openWindow(): void {
    timer = setTimeout(onWindow, windowMs)
    timer.unref()
  }

  function send(line: SourceLine | (() => Step)): void {
    // The outbox goes on until it is told that nobody looks any more.
    if (isEnded) return
    if (typeof line === 'function') {
      if (waiting.length < linesPerWindow) waiting.push(line())
      else {
        if (readLast !== undefined) spared += 1
        readLast = line
      }
    } else if (line.kind !== 'lost') {
      catchUp()
      waiting.push(line)
    }
    if (timer !== undefined) return
    write()
    openWindow()
  }

  return {
    send,
    end() {
      isEnded = true
      clearTimeout(timer)
      write()
      response.end()
    },
  }
}
