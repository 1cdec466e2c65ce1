import type { InspectorSource } from '../source.ts'
import type { SessionHead } from '../step.ts'
import { parseLine } from '../parseLine.ts'

/**
 * The inspector's source for a recording, JSON Lines; a torn last line is left out.
 * @throws Error with a sentence for whoever chose the file, when it is none.
 */
export function sourceOfRecording(text: string): InspectorSource {
  const lines = text
    .split('\n')
    .map(parseLine)
    .filter((line) => line !== undefined)
  const head = lines.find((line): line is SessionHead => line.kind === 'session')
  if (head === undefined) throw new Error('This file is no recording: no line of it says where a session begins.')
  return {
    kind: 'recording',
    snapshot: async () => ({ head, control: false, payloads: false }),
    steps(onLine) {
      for (const line of lines.slice(lines.indexOf(head))) onLine(line)
      return () => undefined
    },
    page: async () => ({ rows: [] }),
    control: () => Promise.reject(new Error('a recording takes no orders')),
  }
}
