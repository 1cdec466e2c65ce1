import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoredDeadLetter } from '../../src/entry.ts'
import type { Store } from '../../src/store/contract.ts'
import type { Cleaning } from '../../src/store/fs/cleanup.ts'
import { cleanUp, hasCleaning, hasSettledSegment, removeLitter } from '../../src/store/fs/cleanup.ts'
import { endedWriters } from '../../src/store/fs/claim.ts'
import { readDeadLetter } from '../../src/store/fs/deadLetters.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { frameKinds } from '../../src/store/fs/frame.ts'
import type { Journal } from '../../src/store/fs/journal.ts'
import { createJournal } from '../../src/store/fs/journal.ts'
import type { LedgerChange } from '../../src/store/fs/ledger.ts'
import { createLedger } from '../../src/store/fs/ledger.ts'
import { createLog } from '../../src/store/fs/log.ts'
import { createReserve } from '../../src/store/fs/reserve.ts'
import { createSession } from '../../src/store/fs/session.ts'
import { defaultSettings } from '../../src/store/fs/settings.ts'
import { auditOf, deliverAll, idsOf, leased } from '../../src/testing/contract/bench.ts'
import { draft, drafts } from '../contract/harness.ts'
import { inDirectory, processOfBoot, withStore } from './support/places.ts'

/** What one has who holds the lease of epoch 3 and cleans up. */
interface Cleaner extends Cleaning {
  readonly rewritten: Map<string, number>
  names(start: string): string[]
  record(...changes: LedgerChange[]): void
  hasCleaning(): boolean
}

/** Runs a test as the holder of a lease on what others have left in a directory. */
async function cleaningAfter(
  others: (directory: string) => Promise<void>,
  test: (cleaner: Cleaner) => Promise<void>,
  more: Partial<Cleaning> & { readonly files?: Partial<Files> } = {},
): Promise<void> {
  await inDirectory(async (path) => {
    await others(path)
    const directory = createDirectory({ ...nodeFiles, ...more.files }, path)
    const ledger = createLedger()
    const log = createLog(directory)
    const refresh = () => void log.refresh(ledger)
    refresh()
    const journal: Journal = createJournal(directory, 3, ledger, createReserve(directory, 0))
    const rewritten = new Map<string, number>()
    try {
      await test({
        directory,
        log,
        ledger,
        journal,
        refresh,
        rewritten,
        epoch: 3,
        auditLimit: 0,
        processes: processOfBoot(2),
        isStillHeld: () => true,
        names: (start) =>
          (nodeFiles.list(path) ?? [])
            .filter((name) => name.startsWith(start))
            .toSorted()
            .map((name) => name.replace('.log', '')),
        record: (...changes) => journal.record(changes),
        hasCleaning: () => hasCleaning(directory, log, ledger, rewritten),
        ...more,
      })
    } finally {
      journal.close()
    }
  })
}

const left = { segmentBytes: 1, processes: processOfBoot(1) }
const ofOneWriter = (use: (store: Store) => Promise<void>) => (directory: string) => withStore(directory, left, use)

/** Each entry in a segment of its own, by a writer that has ended. */
const inSegments = (count: number) =>
  ofOneWriter(async (store) => {
    for (const each of drafts(count)) await store.append([each])
  })
const settled = (writer: number, ordinal: number, count = 1) =>
  ({ is: 'skipped', writer, ordinal, count, bytes: 0 }) as const

describe('segments', () => {
  it('go when everything in them is settled, the last too once its writer has ended', () =>
    cleaningAfter(inSegments(3), async (cleaner) => {
      cleaner.record(settled(0, 0, 3))
      await cleanUp(cleaner)
      expect(cleaner.names('seg-')).toEqual([])
    }))

  it('stay from the first on in which something is pending', () =>
    cleaningAfter(inSegments(3), async (cleaner) => {
      cleaner.record(settled(0, 0), settled(0, 2))
      await cleanUp(cleaner)
      expect(cleaner.names('seg-')).toEqual(['seg-0-2', 'seg-0-3'])
    }))

  it.each([
    ['in front', [settled(0, 0)], true],
    ['but not in front', [settled(0, 1)], false],
    ['nowhere', [], false],
  ] as const)('are worth a cleaning when one is settled: %s', (_, changes, isWorth) =>
    cleaningAfter(inSegments(3), async (cleaner) => {
      cleaner.record(...changes)
      expect(cleaner.hasCleaning()).toBe(isWorth)
    }),
  )

  it('are worth no cleaning on the side when there is only one, which whoever begins removes', () =>
    cleaningAfter(inSegments(1), async ({ directory, log, ledger, processes, refresh, ...cleaner }) => {
      const isSettled = () =>
        hasSettledSegment(log, ledger, endedWriters(directory, log, processes, refresh)) && !cleaner.hasCleaning()
      expect(isSettled()).toBe(false)
      cleaner.record(settled(0, 0))
      expect(isSettled()).toBe(true)
    }))

  it('stay as long as a command in them was not dealt with, though no entry in them is pending', () =>
    cleaningAfter(
      async (path) => {
        const directory = createDirectory(nodeFiles, path)
        const quiet = { tell() {}, onTick() {}, onAppended() {} }
        const session = createSession(directory, { ...defaultSettings, auditLimit: 0, ...left }, quiet)
        const facts = { count: 0, bytes: 0, enqueuedAt: 0 }
        await session.appender.append({ ...facts, kind: frameKinds.command }, (into) => into.text('{}'))
        await session.appender.append({ ...facts, kind: frameKinds.entries }, () => {})
        await session.close()
      },
      async (cleaner) => {
        expect(cleaner.hasCleaning()).toBe(false)
        await cleanUp(cleaner)
        expect(cleaner.names('seg-')).toEqual(['seg-0-1', 'seg-0-2'])
        cleaner.record({ is: 'heeded', writer: 0, special: 0 })
        expect(cleaner.hasCleaning()).toBe(true)
        await cleanUp(cleaner)
        expect(cleaner.names('seg-')).toEqual([])
      },
    ))

  it('stay when the next one cannot be read, and keep none of another writer', () =>
    cleaningAfter(
      (directory) =>
        withStore(directory, left, (one) =>
          withStore(directory, left, async (other) => {
            await one.append([draft(1)])
            await other.append([draft(2)])
            await one.append([draft(3)])
            const next = `${directory}/seg-0-2.log`
            await writeFile(next, (await readFile(next)).fill(0, 0, 8))
          }),
        ),
      async (cleaner) => {
        cleaner.record(settled(0, 0, 2))
        expect(cleaner.hasCleaning()).toBe(false)
        cleaner.record(settled(1, 0))
        await cleanUp(cleaner)
        expect(cleaner.names('seg-')).toEqual(['seg-0-1', 'seg-0-2'])
      },
    ))

  it('of which one is gone already: the others go all the same', () =>
    cleaningAfter(
      inSegments(3),
      async (cleaner) => {
        cleaner.record(settled(0, 0, 3))
        await cleanUp(cleaner)
        expect(cleaner.names('seg-')).toEqual([])
      },
      {
        files: {
          unlink(path) {
            nodeFiles.unlink(path)
            if (path.endsWith('seg-0-2.log')) nodeFiles.unlink(path)
          },
        },
      },
    ))

  it('of which one cannot be removed: those behind it stay for the next time', () =>
    cleaningAfter(
      inSegments(3),
      async (cleaner) => {
        cleaner.record(settled(0, 0, 3))
        await expect(cleanUp(cleaner)).rejects.toThrow('EIO')
        expect(cleaner.names('seg-')).toEqual(['seg-0-2', 'seg-0-3'])
      },
      {
        files: {
          unlink(path) {
            if (path.endsWith('seg-0-2.log')) throw Object.assign(new Error('EIO'), { code: 'EIO' })
            nodeFiles.unlink(path)
          },
        },
      },
    ))

  it('stay when the lease is lost before they go', () =>
    cleaningAfter(
      inSegments(3),
      async (cleaner) => {
        cleaner.record(settled(0, 0, 3))
        await cleanUp(cleaner)
        expect(cleaner.names('seg-')).toEqual(['seg-0-1', 'seg-0-2', 'seg-0-3'])
      },
      { isStillHeld: () => false },
    ))
})

/** One entry, and so many segments of twenty, each with more than a block of the disk. */
const withLargeSegments = (count: number) =>
  ofOneWriter(async (store) => {
    await store.append([draft(1)])
    for (let number = 0; number < count; number += 1) {
      await store.append(drafts(20, 2 + number * 20).map((each) => draft(0, { ...each, body: 'x'.repeat(1_000) })))
    }
    await store.append([draft(1_000)])
  })

describe('segments of which little is pending', () => {
  it('are rewritten while others go', () =>
    cleaningAfter(withLargeSegments(1), async (cleaner) => {
      const { files, at } = cleaner.directory
      cleaner.record(settled(0, 0, 1), settled(0, 2, 19))
      await cleanUp(cleaner)
      expect(cleaner.names('seg-')).toEqual(['seg-0-2', 'seg-0-3'])
      expect(files.stat(at('seg-0-2.log'))?.size).toBeLessThan(2_000)
      expect([...cleaner.rewritten]).toEqual([['seg-0-2.log', 1]])
    }))

  it('are left to the next time once the lease is lost', () => {
    let answers = [true, true, true, false, false]
    return cleaningAfter(
      withLargeSegments(2),
      async (cleaner) => {
        cleaner.record(settled(0, 2, 19), settled(0, 22, 19))
        await cleanUp(cleaner)
        expect([...cleaner.rewritten]).toEqual([['seg-0-2.log', 1]])
        answers = []
        await cleanUp(cleaner)
        expect([...cleaner.rewritten.keys()]).toEqual(['seg-0-2.log', 'seg-0-3.log'])
        const { files, at } = cleaner.directory
        expect(files.stat(at('seg-0-3.log'))?.size).toBeLessThan(2_000)
      },
      { isStillHeld: () => answers.shift() ?? true },
    )
  })
})

function deathOf(seq: number, body: string): LedgerChange {
  const entry = { ...draft(seq, { body }), seq, requeues: 0, attempts: 1, misses: 0 }
  const letter: StoredDeadLetter = { seq, entry, code: 'permanent', reason: 'no', at: 1 }
  const { id, items, bytes } = entry
  const audit = { direction: 'drop', id, attempts: 1, items, bytes, at: 1 } as const
  return { is: 'dead', writer: 7, ordinal: seq, bytes, letter, audit }
}

const nobody = async () => {}

/** Fills the present part. */
function ramble({ record }: Cleaner): void {
  record({ is: 'control', control: { paused: true, held: 'x'.repeat(20_000) } })
  record({ is: 'control', control: { paused: false } })
}

describe('parts of a journal', () => {
  it('go as soon as nothing stands in them but a few dead letters, which are written anew', () =>
    cleaningAfter(nobody, async (cleaner) => {
      const { directory, journal, ledger } = cleaner
      cleaner.record(deathOf(1, 'few'))
      ramble(cleaner)
      journal.roll()
      cleaner.record(deathOf(2, 'many'.repeat(1_000)))
      journal.roll()
      cleaner.record(deathOf(3, 'in the present part'))
      ramble(cleaner)
      const [, stays, present] = ledger.dead.values()

      await cleanUp(cleaner)
      expect(cleaner.names('journal-')).toEqual(['journal-3-1', 'journal-3-2', 'journal-3-3'])
      expect([ledger.dead.get(2), ledger.dead.get(3)]).toEqual([stays, present])
      const letters = [...ledger.dead].map(([seq, place]) => readDeadLetter(directory, seq, place)?.entry.body)
      expect(letters).toEqual(expect.arrayContaining(['few', 'many'.repeat(1_000), 'in the present part']))
    }))

  it.each(['gone', 'damaged'])('are cleaned up although the dead letters of one are %s', (how) =>
    cleaningAfter(nobody, async (cleaner) => {
      const { directory, journal, ledger } = cleaner
      cleaner.record(deathOf(1, 'lonely'))
      cleaner.record(deathOf(2, 'also'))
      ramble(cleaner)
      journal.roll()
      cleaner.record(deathOf(3, 'fine'))
      ramble(cleaner)
      journal.roll()
      const path = directory.at('journal-3-0.log')
      if (how === 'gone') await rm(path)
      else await writeFile(path, (await readFile(path, 'latin1')).replace('"lonely"', '"l0nely"'), 'latin1')

      await cleanUp(cleaner)
      expect(cleaner.names('journal-')).not.toContain('journal-3-1')
      expect([...ledger.dead.keys()]).toEqual([1, 2, 3])
      expect(readDeadLetter(directory, 3, ledger.dead.get(3) ?? expect.fail())?.entry.body).toBe('fine')
    }),
  )

  it('are cleaned up although somebody has removed the present one', () =>
    cleaningAfter(
      async (directory) => {
        await inSegments(2)(directory)
        await writeFile(`${directory}/journal-2-0.log`, '')
      },
      async (cleaner) => {
        cleaner.record(settled(0, 0, 2))
        await rm(cleaner.directory.at('journal-3-0.log'))
        await cleanUp(cleaner)
        expect([cleaner.names('seg-'), cleaner.names('journal-')]).toEqual([[], ['journal-2-0', 'journal-3-1']])
      },
    ))
})

describe('files that were only half made', () => {
  it('go when they are older than any process takes to make one', () =>
    inDirectory(async (path) => {
      const old = new Date(Date.now() - 3_600_000)
      for (const name of ['tmp-old', 'tmp-new', 'mine']) await writeFile(`${path}/${name}`, 'half')
      for (const name of ['tmp-old', 'mine']) await utimes(`${path}/${name}`, old, old)
      removeLitter(createDirectory(nodeFiles, path))
      expect(nodeFiles.list(path)?.toSorted()).toEqual(['mine', 'tmp-new'])
    }))

  it('may be finished while they are looked at', () =>
    inDirectory(async (path) => {
      const removed: string[] = []
      const files: Files = {
        ...nodeFiles,
        list: () => ['tmp-finished'],
        unlink: (of) => void removed.push(of),
      }
      removeLitter(createDirectory(files, path))
      expect(removed).toEqual([])
    }))
})

it('audit records within the limit stay although the head of the part behind them is damaged', () =>
  inDirectory(async (directory) => {
    for (const boot of [1, 2]) {
      await withStore(directory, { processes: processOfBoot(boot) }, async (store) => {
        await store.append(drafts(2, boot * 10))
        await deliverAll(store)
      })
    }
    const part = join(directory, 'journal-2-0.log')
    await writeFile(part, (await readFile(part)).fill(0, 0, 8))
    await withStore(directory, { processes: processOfBoot(3) }, async (store) => {
      await store.append(drafts(1, 99))
      await leased(store, async () => {})
      await leased(store, async () => {})
      expect(idsOf(await auditOf(store))).toEqual(expect.arrayContaining(['entry-10', 'entry-11']))
    })
  }))
