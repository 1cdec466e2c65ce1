import type { Entry } from '../../src/entry.ts'
import type { Push } from '../../src/push/contract.ts'
import { verdictOf } from '../../src/errors.ts'

export interface Note {
  readonly title: string
}

/** An entry as the drain hands it to a push. */
export function entryOf(patch: Partial<Entry<Note>> = {}): Entry<Note> {
  return {
    id: 'entry-1',
    payload: { title: 'milk' },
    version: 1,
    lane: '',
    enqueuedAt: 0,
    items: 1,
    bytes: 16,
    attempts: 0,
    misses: 0,
    seq: 1,
    requeues: 0,
    ...patch,
  }
}

/** One try, as the drain makes it. */
export async function attempt(
  push: Push<Note>,
  { entry = entryOf(), signal = new AbortController().signal } = {},
): Promise<unknown> {
  return await push(entry, { signal, attempt: entry.attempts + 1 })
}

/** What a failed try says: the kind of its verdict (`failed` for a plain error), its text, and the wait it asks for. */
export async function failureOf(push: Push<Note>, given?: Parameters<typeof attempt>[1]) {
  try {
    await attempt(push, given)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const verdict = verdictOf(error)
    return {
      kind: verdict?.kind ?? 'failed',
      message: error.message,
      error,
      ...(verdict?.kind === 'retryAfter' && { after: verdict.after }),
    }
  }
  throw new Error('the try did not fail')
}
