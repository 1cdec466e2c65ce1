import { draftOf } from './append.ts'
import { decodeEntry } from './decode.ts'
import type { DeadLetter } from './entry.ts'
import type { Settings } from './options.ts'
import { prepare } from './prepare.ts'
import type { Range, Requeue, Store } from './store/contract.ts'

/** How to put dead letters back. */
export interface RequeueHow<P> {
  /** The payload to push instead. */
  readonly edit?: (payload: P, letter: DeadLetter<P>) => P
  /** Gives a new id although nothing was edited: the remote is to see another change. */
  readonly newId?: boolean
}

/** The entries that are not tried any more, kept until somebody decides. */
export interface DeadLetters<P> {
  /** Oldest death first; `limit` is 100 unless told. */
  list(range?: Partial<Range>): Promise<readonly DeadLetter<P>[]>
  /**
   * Puts them back at the tail, with all attempts; resolves with how many there were. They keep their ids, so that the remote knows
   * what it has already taken; an edited one is another change, and gets a new id.
   * @throws OutboxError `OUTBOX_PAYLOAD` when an edited payload cannot be kept; nothing is requeued.
   */
  requeue(ids: string | readonly string[], how?: RequeueHow<P>): Promise<number>
  requeueAll(): Promise<number>
  /** Forgets them for good; resolves with how many there were. */
  discard(ids: string | readonly string[]): Promise<number>
}

export function createDeadLetters<P>(openStore: () => Promise<Store>, settings: Settings<P>): DeadLetters<P> {
  const { clock } = settings

  async function list(range?: Partial<Range>): Promise<readonly DeadLetter<P>[]> {
    const store = await openStore()
    const letters = await store.readDead({ limit: 100, ...range })
    return Promise.all(
      letters.map(async (letter) => ({ ...letter, entry: await decodeEntry<P>(letter.entry, settings) })),
    )
  }

  async function requeue(ids: string | readonly string[], how: RequeueHow<P> = {}): Promise<number> {
    const store = await openStore()
    const requeues =
      how.edit === undefined && how.newId !== true
        ? [ids].flat().map((id) => ({ id }))
        : await replacements(new Set([ids].flat()), how)
    return store.requeue(requeues, clock.now())
  }

  async function replacements(ids: ReadonlySet<string>, { edit }: RequeueHow<P>): Promise<readonly Requeue[]> {
    const requeues: Requeue[] = []
    let after = 0
    for (;;) {
      const letters = await list({ after })
      for (const letter of letters) {
        after = letter.seq
        if (!ids.has(letter.entry.id)) continue
        const { payload, meta } = letter.entry
        const request = prepare({ payload: edit ? edit(payload, letter) : payload, ...(meta && { meta }) }, settings)
        requeues.push({ id: letter.entry.id, replacement: await draftOf(request, settings) })
      }
      if (letters.length === 0) return requeues
    }
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
