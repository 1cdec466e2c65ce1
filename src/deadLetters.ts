import { decodeEntry } from './decode.ts'
import type { DeadLetter } from './entry.ts'
import type { Settings } from './options.ts'
import type { Range, Store } from './store/contract.ts'

/** The entries that are not tried any more, kept until somebody decides. */
export interface DeadLetters<P> {
  /** Oldest death first; `limit` is 100 unless told. */
  list(range?: Partial<Range>): Promise<readonly DeadLetter<P>[]>
  /** Puts them back at the tail, with all attempts and the same id; resolves with how many there were. */
  requeue(ids: string | readonly string[]): Promise<number>
  requeueAll(): Promise<number>
  /** Forgets them for good; resolves with how many there were. */
  discard(ids: string | readonly string[]): Promise<number>
}

export function createDeadLetters<P>(
  openStore: () => Promise<Store>,
  { clock, codec }: Pick<Settings<P>, 'clock' | 'codec'>,
): DeadLetters<P> {
  async function list(range?: Partial<Range>): Promise<readonly DeadLetter<P>[]> {
    const store = await openStore()
    const letters = await store.readDead({ limit: 100, ...range })
    return Promise.all(letters.map(async (letter) => ({ ...letter, entry: await decodeEntry<P>(letter.entry, codec) })))
  }

  async function requeue(ids: string | readonly string[]): Promise<number> {
    const store = await openStore()
    return store.requeue(
      [ids].flat().map((id) => ({ id })),
      clock.now(),
    )
  }

  return {
    list,
    requeue,
    async requeueAll() {
      const store = await openStore()
      let requeued = 0
      for (;;) {
        const letters = await store.readDead({ limit: 100 })
        if (letters.length === 0) return requeued
        requeued += await requeue(letters.map(({ entry }) => entry.id))
      }
    },
    async discard(ids) {
      const store = await openStore()
      return store.discard([ids].flat())
    },
  }
}
