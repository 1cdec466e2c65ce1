import { writeSync } from 'node:fs'

/** Prints what a run counted, in the one form that `npm run reliability` adds up. */
export function noteFigures(of: string, figures: Readonly<Record<string, number>>): void {
  writeSync(1, `figures ${JSON.stringify({ of, ...figures })}\n`)
}
