import type { ExpectStatic } from 'vitest'
import { expect } from 'vitest'

/** Expects of what is read again and again that it comes to be so, however busy the machine. */
export function soon(read: () => unknown): ReturnType<ExpectStatic['poll']> {
  return expect.poll(read, { timeout: 20_000 })
}
