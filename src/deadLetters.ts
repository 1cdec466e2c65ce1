import { draftOf } from './append.ts'
import { listed } from './decode.ts'
import type { DeadLetter, Draft, StoredDeadLetter, StoredEntry } from './entry.ts'
import { OutboxError } from './errors.ts'
import type { Settings } from './options.ts'
import { prepare } from './prepare.ts'
import type { Range, Requeue, Store } from './store/contract.ts'
import { draftOf as storedDraftOf } from './store/entries.ts'

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
    return Promise.all((await store.readDead({ limit: 100, ...range })).map(read))
  }

  async function read(letter: StoredDeadLetter): Promise<DeadLetter<P>> {
    return { ...letter, entry: await listed<P>(letter.entry, settings) }
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
    for await (const letter of allLetters()) {
      const { id } = letter.entry
      if (!ids.has(id)) continue
      const replacement = edit === undefined ? renamed(letter.entry) : await edited(await read(letter), edit)
      requeues.push({ id, replacement })
    }
    return requeues
  }

  function renamed(entry: StoredEntry): Draft {
    return { ...storedDraftOf(entry), id: settings.createId() }
  }

  async function edited(letter: DeadLetter<P>, edit: NonNullable<RequeueHow<P>['edit']>): Promise<Draft> {
    const { entry } = letter
    if ('unreadable' in entry) {
      throw new OutboxError('OUTBOX_PAYLOAD', `entry ${entry.id} cannot be edited: ${entry.unreadable}`)
    }
    const { payload, meta, notBefore } = entry
    const request = {
      payload: edit(payload, letter),
      ...(meta && { meta }),
      ...(notBefore !== undefined && { notBefore }),
    }
    return draftOf(prepare(request, settings), settings)
  }

  /** The letters that are there at the call: what dies meanwhile is not among them. */
  async function* allLetters(): AsyncGenerator<StoredDeadLetter> {
    const store = await openStore()
    const { dead } = await store.counts()
    let after = 0
    let left = dead
    while (left > 0) {
      const letters = await store.readDead({ after, limit: Math.min(100, left) })
      if (letters.length === 0) return
      left -= letters.length
      for (const letter of letters) {
        after = letter.seq
        yield letter
      }
    }
  }

  return {
    list,
    requeue,
    async requeueAll() {
      const ids: string[] = []
      for await (const letter of allLetters()) ids.push(letter.entry.id)
      let requeued = 0
      for (let first = 0; first < ids.length; first += 100) requeued += await requeue(ids.slice(first, first + 100))
      return requeued
    },
    async discard(ids) {
      const store = await openStore()
      return store.discard([ids].flat())
    },
  }
}
