import { describe, expect, it } from 'vitest'
import { readDeadLetter } from '../../src/store/fs/deadLetters.ts'
import type { Journal } from '../../src/store/fs/journal.ts'
import { createJournal } from '../../src/store/fs/journal.ts'
import type { Ledger, LedgerChange } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLedgerReader } from '../../src/store/fs/ledgerReader.ts'
import { createReserve } from '../../src/store/fs/reserve.ts'
import { draft } from '../contract/harness.ts'
import type { WatchedDisk } from './support/watchedDisk.ts'
import { createWatchedDisk } from './support/watchedDisk.ts'

const first = 'journal-1-0.log'
const second = 'journal-1-1.log'

const skipped = (ordinal: number): LedgerChange => ({ is: 'skipped', writer: 0, ordinal, bytes: 1 })

function death(ordinal: number): LedgerChange & { readonly is: 'dead' } {
  const seq = ordinal + 1
  const entry = { ...draft(seq), seq, requeues: 0, attempts: 0, misses: 0 }
  const letter = { seq, entry, code: 'permanent', reason: 'no', at: 1 } as const
  const audit = { direction: 'drop', id: entry.id, attempts: 0, items: 1, bytes: 1, at: 1, reason: 'no' } as const
  return { is: 'dead', writer: 0, ordinal, bytes: 1, letter, audit }
}

interface Desk {
  readonly disk: WatchedDisk
  readonly journal: Journal
  readonly ledger: Ledger
}

function begin(disk = createWatchedDisk()): Desk {
  const ledger = createLedger()
  const journal = createJournal(disk.directory, 1, ledger, createReserve(disk.directory, 0))
  return { disk, journal, ledger }
}

/** One of which all is on the disk, and what was done for that forgotten. */
async function beginSynced(): Promise<Desk> {
  const desk = begin()
  await desk.journal.sync()
  desk.disk.done.length = 0
  return desk
}

/** What somebody else finds in the journal. */
function readBack({ directory }: WatchedDisk): Ledger {
  const reader = createLedgerReader(directory)
  reader.refresh()
  return reader.ledger()
}

/** Lets everything go on that waits for nothing but its turn. */
const others = () => new Promise((resolve) => setImmediate(resolve))

/** Lets the next sync wait until the test calls the answer. */
function holdSync(disk: WatchedDisk): (error?: Error) => void {
  let end: (error?: Error) => void = () => undefined
  const held = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve())
  })
  disk.before('sync', () => held)
  return end
}

describe('a journal', () => {
  it('begins with part 0, and with each roll the next one', () => {
    const { disk, journal } = begin()
    expect(journal.part()).toBe(0)
    expect(disk.names()).toEqual([first])
    journal.record([skipped(0)])
    journal.roll()
    expect(journal.part()).toBe(1)
    expect(disk.names()).toEqual([first, second])
    expect(disk.open()).toEqual([second])
    expect(readBack(disk).sums.skipped).toBe(1)
  })

  it('keeps nothing of a record that was not written whole, and goes on in its place', () => {
    const { disk, journal, ledger } = begin()
    const before = journal.length()
    disk.failNext('write')
    expect(() => journal.record([skipped(0)])).toThrow(expect.objectContaining({ code: 'OUTBOX_STORE' }))
    expect(ledger.sums.skipped).toBe(0)
    expect(journal.length()).toBe(before)
    expect(disk.sizeOf(first)).toBe(before)
    journal.record([skipped(1)])
    expect(disk.names()).toEqual([first])
    expect(readBack(disk).sums.skipped).toBe(1)
  })

  it.each(['record', 'sync'])(
    'goes on in a new part behind half a record that cannot be cut off (next: %s)',
    async (next) => {
      const { disk, journal } = begin()
      journal.record([skipped(0)])
      disk.failNext('write', 'truncate')
      expect(() => journal.record([skipped(1)])).toThrow(expect.objectContaining({ code: 'OUTBOX_STORE' }))
      if (next === 'sync') await journal.sync()
      journal.record([skipped(2)])
      expect(disk.names()).toEqual([first, second])
      expect(readBack(disk).sums.skipped).toBe(2)
    },
  )

  it.each(['write', 'rename'] as const)('goes on in its part when the %s of the next one fails', (call) => {
    const { disk, journal } = begin()
    disk.failNext(call)
    expect(() => journal.roll()).toThrow(expect.objectContaining({ code: 'OUTBOX_STORE' }))
    journal.record([skipped(0)])
    expect(journal.part()).toBe(0)
    expect(disk.names()).toEqual([first])
    expect(disk.open()).toEqual([first])
    expect(readBack(disk).sums.skipped).toBe(1)
  })

  it('of which no part can be begun is none, and leaves nothing', () => {
    const disk = createWatchedDisk()
    disk.failNext('rename')
    expect(() => begin(disk)).toThrow(expect.objectContaining({ code: 'OUTBOX_STORE' }))
    expect([...disk.names(), ...disk.open()]).toEqual([])
  })

  it('closes its file', () => {
    const { disk, journal } = begin()
    journal.close()
    expect(disk.open()).toEqual([])
  })
})

describe('a journal on its way to the disk', () => {
  it('is synced with its name at first, then without, and not at all when nothing was added', async () => {
    const { disk, journal } = begin()
    disk.done.length = 0
    await journal.sync()
    expect(disk.done.splice(0)).toEqual([`sync ${first}`, 'syncDirectory'])
    journal.record([skipped(0)])
    await journal.sync()
    expect(disk.done.splice(0)).toEqual([`sync ${first}`])
    await journal.sync()
    expect(disk.done).toEqual([])
  })

  it('is there for nobody who asks before the sync under way has ended', async () => {
    const { disk, journal } = begin()
    const end = holdSync(disk)
    const synced: number[] = []
    const all = [1, 2].map((each) => journal.sync().then(() => synced.push(each)))
    await others()
    expect(synced).toEqual([])
    end()
    await Promise.all(all)
    expect(disk.done.slice(1)).toEqual([`sync ${first}`, 'syncDirectory'])
  })

  it('is synced again for what was recorded while a sync was under way', async () => {
    const { disk, journal } = await beginSynced()
    journal.record([skipped(0)])
    const end = holdSync(disk)
    const synced = [journal.sync()]
    journal.record([skipped(1)])
    synced.push(journal.sync())
    end()
    await Promise.all(synced)
    expect(disk.done).toEqual([`sync ${first}`, `sync ${first}`])
  })

  it('is there for who asked, however much is recorded meanwhile', async () => {
    const { disk, journal } = await beginSynced()
    journal.record([skipped(0)])
    disk.before('sync', () => journal.record([skipped(1)]))
    const synced = journal.sync()
    const syncedLater = journal.sync()
    await synced
    expect(disk.done).toEqual([`sync ${first}`])
    disk.before('sync', () => journal.record([skipped(2)]))
    await syncedLater
    expect(disk.done).toEqual([`sync ${first}`, `sync ${first}`])
  })

  it('goes on in a new part after a failed sync, and never syncs the old one again', async () => {
    const { disk, journal } = await beginSynced()
    journal.record([skipped(0)])
    disk.failNext('sync')
    await expect(journal.sync()).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
    await journal.sync()
    expect(disk.done).toEqual([`rename ${second}`, `sync ${second}`, 'syncDirectory'])
    expect(readBack(disk).sums.skipped).toBe(1)
  })

  it('closes its file only when the sync under way has ended, however it ends', async () => {
    for (const error of [undefined, new Error('the disk is gone')]) {
      const { disk, journal } = begin()
      const end = holdSync(disk)
      const synced = journal.sync().catch(() => undefined)
      journal.close()
      await others()
      expect(disk.open()).toEqual([first])
      end(error)
      await synced
      await others()
      expect(disk.open()).toEqual([])
    }
  })
})

describe('a death in a journal', () => {
  it('is on the disk before the next part takes the place of its own, which costs nothing without one', async () => {
    const { disk, journal, ledger } = begin()
    disk.done.length = 0
    journal.record([skipped(0)])
    journal.roll()
    expect(disk.done.splice(0)).toEqual([`rename ${second}`])
    journal.record([death(1)])
    journal.roll()
    expect(disk.done.splice(0)).toEqual([`syncNow ${second}`, 'syncDirectoryNow', 'rename journal-1-2.log'])
    await journal.sync()
    disk.done.length = 0
    journal.record([death(2)])
    journal.roll()
    expect(disk.done.splice(0)).toEqual(['syncNow journal-1-2.log', 'rename journal-1-3.log'])
    for (const [seq, place] of ledger.dead) expect(readDeadLetter(disk.directory, seq, place)?.seq).toBe(seq)
    expect(ledger.dead.size).toBe(2)
  })

  it('needs no sync of its own when everything was synced since', async () => {
    const { disk, journal } = await beginSynced()
    journal.record([death(0)])
    await journal.sync()
    disk.done.length = 0
    journal.roll()
    expect(disk.done).toEqual([`rename ${second}`])
  })

  it.each(['before', 'during'])('goes on into the next part when it came %s a sync that failed', async (when) => {
    const { disk, journal, ledger } = begin()
    const end = holdSync(disk)
    if (when === 'before') journal.record([death(0)])
    const synced = journal.sync().catch((error: Error) => error.message)
    if (when === 'during') journal.record([death(0)])
    journal.record([death(1)])
    ledger.apply({ is: 'discarded', dead: [2] }, { epoch: 1, part: 0, at: 0, length: 0 })
    end(new Error('the disk is gone'))
    expect(await synced).toContain('the disk is gone')
    disk.done.length = 0
    journal.record([skipped(2)])
    // What a failed sync may have dropped is not synced again as if it were there.
    expect(disk.done).toEqual([`rename ${second}`])
    expect([...ledger.dead]).toMatchObject([[1, { part: 1 }]])
    expect(letterOf(disk, ledger, 1)).toBe('entry-1')
    expect([...readBack(disk).dead]).toEqual([...ledger.dead])
    await journal.sync()
    journal.roll()
    expect(letterOf(disk, ledger, 1)).toBe('entry-1')
    expect([...ledger.dead]).toMatchObject([[1, { part: 1 }]])
  })

  it('goes on into the next part when it cannot be brought to the disk in its own', () => {
    const { disk, journal, ledger } = begin()
    journal.record([death(0)])
    disk.failNext('syncNow')
    journal.roll()
    expect([...ledger.dead]).toMatchObject([[1, { part: 1 }]])
    expect(letterOf(disk, ledger, 1)).toBe('entry-1')
    expect([...readBack(disk).dead]).toEqual([...ledger.dead])
  })

  it('is not given up when the next part cannot be begun either', () => {
    const { disk, journal, ledger } = begin()
    journal.record([death(0)])
    disk.failNext('syncNow', 'rename')
    expect(() => journal.roll()).toThrow(expect.objectContaining({ code: 'OUTBOX_STORE' }))
    disk.done.length = 0
    // Nothing is written any more to a part that may have lost something.
    journal.record([skipped(1)])
    expect(disk.done).toEqual([`rename ${second}`])
    expect([...ledger.dead]).toMatchObject([[1, { part: 1 }]])
  })
})

describe('a journal that is closed', () => {
  const lost = expect.objectContaining({ code: 'OUTBOX_LEASE_LOST' }) as unknown

  it('takes nothing more, and begins no other part', async () => {
    const { disk, journal } = await beginSynced()
    journal.close()
    expect(() => journal.record([skipped(0)])).toThrow(lost)
    expect(() => journal.roll()).toThrow(lost)
    await journal.sync()
    expect([...disk.names(), ...disk.open()]).toEqual([first])
  })

  it('lets who asks late wait for the sync under way', async () => {
    const { disk, journal } = begin()
    const end = holdSync(disk)
    const early = journal.sync()
    journal.close()
    const late = journal.sync()
    end()
    expect(await Promise.all([early, late])).toEqual([undefined, undefined])
  })

  it.each(['before', 'during'])('says so to who waits for what was recorded %s its last sync', async (when) => {
    const { disk, journal } = begin()
    const end = holdSync(disk)
    let synced = journal.sync()
    if (when === 'during') {
      journal.record([skipped(0)])
      synced = journal.sync()
    }
    journal.close()
    end()
    if (when === 'during') await expect(synced).rejects.toEqual(lost)
    else expect(await synced).toBeUndefined()
  })
})

/** The id of a dead letter, read from where the ledger says that it stands. */
function letterOf({ directory }: WatchedDisk, ledger: Ledger, seq: number): string | undefined {
  const place = ledger.dead.get(seq)
  return place && readDeadLetter(directory, seq, place)?.entry.id
}
