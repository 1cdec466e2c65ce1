import { cpSync } from 'node:fs'
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Store, StoreChange } from '../../src/store/contract.ts'
import { createClerk } from '../../src/store/fs/clerk.ts'
import { createDirectory } from '../../src/store/fs/directory.ts'
import type { Files } from '../../src/store/fs/files.ts'
import { nodeFiles } from '../../src/store/fs/files.ts'
import { createSession } from '../../src/store/fs/session.ts'
import type { Settings } from '../../src/store/fs/settings.ts'
import { defaultSettings } from '../../src/store/fs/settings.ts'
import { createLine } from '../../src/store/line.ts'
import { pendingOf, take } from '../../src/testing/contract/bench.ts'
import {
  deadIds,
  delivered,
  died,
  draft,
  drafts,
  expectBalance,
  headOf,
  killAll,
  leased,
  pendingIds,
} from '../contract/harness.ts'
import { inDirectory, processOfBoot, withStore } from './support/places.ts'

const quick = { pollMs: 5 }

/** Files of this machine that do what a test wants right after the next sync. */
function interruptibleFiles() {
  let next: (() => Promise<void>) | undefined
  const files: Files = {
    ...nodeFiles,
    async sync(file) {
      const work = next
      next = undefined
      await nodeFiles.sync(file)
      await work?.()
    },
  }
  return {
    files,
    afterSync(work: () => Promise<void>) {
      next = work
    },
  }
}

/** Looks for what others ask only when it is asked for something itself. */
const drowsy = { pollMs: 2 ** 30 }
const later = 1_800_000_000_000

afterEach(() => {
  vi.restoreAllMocks()
})

/** Two store objects on a directory, the second of which has the lease from when `test` takes it. */
const withTwo = (
  settings: readonly [asker: Partial<Settings>, holder: Partial<Settings>],
  test: (asker: Store, holder: Store, directory: string) => Promise<void>,
) =>
  inDirectory((directory) =>
    withStore(directory, settings[0], (asker) =>
      withStore(directory, settings[1], (holder) => test(asker, holder, directory)),
    ),
  )

/** A session and its clerk, of which a store is made. */
async function withClerk(
  directory: string,
  use: (clerk: ReturnType<typeof createClerk>, session: ReturnType<typeof createSession>) => Promise<void>,
  onNews: (news: unknown) => void = () => {},
  files = nodeFiles,
): Promise<void> {
  const settings = { ...defaultSettings, auditLimit: 10, ...quick, files }
  const quiet = { tell() {}, onTick() {}, onAppended() {} }
  const session = createSession(createDirectory(files, directory), settings, quiet)
  try {
    await use(createClerk(session, createLine(), settings, onNews), session)
  } finally {
    await session.close()
  }
}

/** Makes every look at the clock a long time after the last. */
function letTimeFly(): void {
  let now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 10))
}

const macrotask = () => new Promise((resolve) => setImmediate(resolve))

describe('whoever asks without the lease', () => {
  it('is answered each time by whoever has it', () =>
    withTwo([quick, quick], async (asker, holder) => {
      await asker.append([1, 2, 3, 4].map((number) => draft(number)))
      await killAll(holder)
      await asker.append([draft(5), draft(6)])
      const lease = await take(holder)
      expect(await asker.cancel(['entry-5', 'nobody'])).toBe(1)
      expect(await asker.discard(['entry-4'])).toBe(1)
      expect(await asker.requeue([{ id: 'entry-1' }, { id: 'entry-2' }], later)).toBe(2)
      await asker.setControl({ held: 'a while' })
      for (const each of [asker, holder]) {
        expect([await pendingIds(each), await deadIds(each)]).toEqual([['entry-6', 'entry-1', 'entry-2'], ['entry-3']])
        expect(await each.control()).toEqual({ paused: false, held: 'a while' })
        const bytes = [1, 2, 6].reduce((sum, number) => sum + draft(number).bytes, 0)
        expect(await each.counts()).toMatchObject({ bytes, totals: { cancelled: 1, discarded: 1 } })
        await expectBalance(each)
      }
      expect(lease.lost.aborted).toBe(false)
    }))

  it('is answered from another process, and has the lease after that', () =>
    inDirectory(async (place) => {
      // By another name, since the store objects of a process stand in line for a directory.
      const [box, alias] = [join(place, 'box'), join(place, 'alias')]
      await symlink('box', alias)
      await withStore(box, quick, (holder) =>
        withStore(alias, quick, async (asker) => {
          await holder.append(drafts(2))
          const lease = await take(holder)
          expect(await asker.cancel(['entry-1'])).toBe(1)
          await lease.release()
          await asker.lease(AbortSignal.timeout(1_000))
          expect(await pendingIds(asker)).toEqual(['entry-2'])
        }),
      )
    }))

  it('keeps its process alive until it is answered', () =>
    withTwo([{ pollMs: 80 }, drowsy], async (asker, holder) => {
      await take(holder)
      const setTimeout = vi.spyOn(globalThis, 'setTimeout')
      const answer = asker.cancel(['nobody'])
      const timerOf = () => setTimeout.mock.calls.findLastIndex(([, delayMs]) => delayMs === 20)
      await vi.waitFor(() => expect(timerOf()).toBeGreaterThanOrEqual(0), { interval: 1 })
      const timer = setTimeout.mock.results[timerOf()]?.value as NodeJS.Timeout
      expect(timer.hasRef()).toBe(true)
      await holder.counts()
      await holder.cancel([])
      expect(await answer).toBe(0)
    }))

  it('is told when what it has asked was lost, which keeps nobody from being answered', () =>
    withTwo([quick, drowsy], async (asker, holder, directory) => {
      await holder.append(drafts(1))
      await take(holder)
      const asked = asker.setControl({ paused: true }).then(String, (error: Error) => error.message)
      const segment = join(directory, 'seg-1-1.log')
      await vi.waitFor(async () => expect(await readFile(segment, 'utf8')).toContain('control'), { interval: 1 })
      await holder.counts()
      await rm(segment)
      expect(await holder.cancel(['entry-1'])).toBe(1)
      expect(await asked).toContain('what came of it is not known')
      expect(await holder.control()).toEqual({ paused: false })
    }))

  it('for what only a later version knows is answered that nothing came of it', () =>
    inDirectory((directory) =>
      withStore(directory, quick, (holder) =>
        withClerk(directory, async (clerk) => {
          await take(holder)
          expect(await clerk.obey({ do: 'explode' } as never)).toBe(0)
          expect(await clerk.obey({ do: 'control', patch: { paused: true } })).toBe(1)
        }),
      ),
    ))
})

describe('a wish', () => {
  it('is told once to whoever has the lease, and holds up nothing behind it', () =>
    withTwo([quick, quick], async (asker, holder) => {
      await holder.append(drafts(1))
      await take(holder)
      const heard: StoreChange[] = []
      holder.watch((change) => change.kind === 'news' && heard.push(change))
      asker.watch(() => {})
      asker.announce?.({ ask: 'flush' })
      expect(await asker.cancel(['entry-1'])).toBe(1)
      expect(await asker.cancel(['entry-1'])).toBe(0)
      expect(heard).toEqual([{ kind: 'news', news: { ask: 'flush' } }])
    }))

  it('is left before the store closes', () =>
    inDirectory((directory) =>
      withClerk(directory, async (clerk) => {
        let isLeft = false
        void clerk.leave('hello').then(() => (isLeft = true))
        await clerk.close()
        expect(isLeft).toBe(true)
      }),
    ))

  it('is not told where the lease was given up meanwhile', () =>
    inDirectory(async (directory) => {
      const told: unknown[] = []
      let onSync: (() => Promise<void>) | undefined
      const files: Files = {
        ...nodeFiles,
        async sync(file) {
          const work = onSync
          onSync = undefined
          await work?.()
          return nodeFiles.sync(file)
        },
      }
      await withClerk(
        directory,
        async (clerk, session) => {
          const held = session.tryTake(() => {})
          await held?.journal.sync()
          onSync = async () => {
            clerk.tick()
            await held?.release()
          }
          await clerk.leave('hello')
          await clerk.close()
          expect(told).toEqual([])
          session.tryTake(() => {})
          clerk.tick()
          await clerk.close()
          expect(told).toEqual(['hello'])
        },
        (news) => void told.push(news),
        files,
      )
    }))
})

describe('whoever has the lease', () => {
  it('writes nothing down about nothing', () =>
    inDirectory((directory) =>
      withStore(directory, drowsy, async (store) => {
        await take(store)
        const sizes = async () => {
          const names = (await readdir(directory)).toSorted()
          return Promise.all(names.map(async (name) => `${name}: ${(await stat(join(directory, name))).size} bytes`))
        }
        const before = await sizes()
        expect(await store.cancel([])).toBe(0)
        expect(await store.cancel(['nobody'])).toBe(0)
        expect(await store.discard(['nobody'])).toBe(0)
        expect(await store.requeue([{ id: 'nobody' }], later)).toBe(0)
        expect(await sizes()).toEqual(before)
      }),
    ))

  it('is told when the disk refuses what was asked', () => {
    let isNextRefused = false
    const files: Files = {
      ...nodeFiles,
      write(file, data, at) {
        const isRefused = isNextRefused
        isNextRefused = false
        if (isRefused) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        nodeFiles.write(file, data, at)
      },
    }
    return inDirectory((directory) =>
      withStore(directory, { ...drowsy, files }, async (store) => {
        await take(store)
        isNextRefused = true
        await expect(store.setControl({ paused: true })).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
        expect(await store.control()).toEqual({ paused: false })
      }),
    )
  })

  it('puts back those of the dead letters that can be read', () =>
    inDirectory((directory) =>
      withStore(directory, drowsy, async (store) => {
        await store.append(drafts(2))
        await leased(store, async (lease) => {
          for (const entry of await pendingOf(store)) await store.settle([died(entry)], lease)
          const journal = join(directory, 'journal-1-0.log')
          const text = await readFile(journal, 'latin1')
          await writeFile(journal, text.replace('{\\"number\\":1}', '{\\"number\\":9}'), 'latin1')
          expect(await store.requeue([{ id: 'entry-1' }, { id: 'entry-2' }], later)).toBe(1)
          expect(await pendingIds(store)).toEqual(['entry-2'])
        })
      }),
    ))

  it('lets others have their turn while it looks for entries', () => {
    let turns = 0
    const turnsBefore: number[] = []
    const files: Files = {
      ...nodeFiles,
      write(file, data, at) {
        if (Buffer.from(data).includes('"is":"cancelled"')) turnsBefore.push(turns)
        nodeFiles.write(file, data, at)
      },
    }
    return inDirectory((directory) =>
      withStore(directory, { ...drowsy, files }, async (store) => {
        await store.append(drafts(9))
        await take(store)
        await store.cancel([])
        letTimeFly()
        const cancelled = store.cancel(['entry-9'])
        for (; turnsBefore.length === 0; turns += 1) await macrotask()
        expect(turnsBefore[0]).toBeGreaterThanOrEqual(8)
        expect(await cancelled).toBe(1)
      }),
    )
  })

  it('does not cancel what was delivered while it looked for entries', () =>
    inDirectory((directory) =>
      withStore(directory, drowsy, async (store) => {
        await store.append(drafts(9))
        const lease = await take(store)
        const head = await headOf(store)
        letTimeFly()
        const cancelled = store.cancel(['entry-1', 'entry-9'])
        for (let turn = 0; turn < 3; turn += 1) await macrotask()
        await store.settle([delivered(head)], lease)
        expect(await cancelled).toBe(1)
        expect(await store.counts()).toMatchObject({ pending: 7, totals: { delivered: 1, cancelled: 1 } })
      }),
    ))

  it('and loses it while it looks for entries, has them cancelled by whoever is next', () =>
    withTwo([quick, quick], async (first, second) => {
      await first.append(drafts(30))
      const lease = await take(first)
      // Nothing is left to write: the lease goes at once.
      await first.cancel([])
      const next = take(second)
      letTimeFly()
      const cancelled = first.cancel(['entry-5'])
      for (let turn = 0; turn < 3; turn += 1) await macrotask()
      await lease.release()
      await next
      expect(await cancelled).toBe(1)
      expect(await pendingIds(second)).not.toContain('entry-5')
      await expectBalance(second)
    }))

  it.each(['discard', 'requeue'] as const)(
    'puts a dead letter back once though another asks for its %s meanwhile',
    (wish) => {
      const { files, afterSync } = interruptibleFiles()
      return withTwo([quick, { ...drowsy, files }], async (asker, holder, directory) => {
        await asker.append(drafts(1))
        await killAll(holder)
        await holder.append([draft(2)])
        const lease = await take(holder)
        await holder.cancel([])
        let asked: Promise<number> | undefined
        afterSync(async () => {
          asked = wish === 'discard' ? asker.discard(['entry-1']) : asker.requeue([{ id: 'entry-1' }], later)
          const segment = join(directory, 'seg-0-1.log')
          await vi.waitFor(async () => expect(await readFile(segment, 'utf8')).toContain(wish), { interval: 1 })
          // Now the command is known here, but not yet what was put back.
          await holder.counts()
        })
        expect(await holder.requeue([{ id: 'entry-1' }], later)).toBe(1)
        expect(await asked).toBe(0)
        expect(await pendingIds(holder)).toEqual(['entry-2', 'entry-1'])
        expect(await holder.counts()).toMatchObject({ dead: 0, totals: { enqueued: 2, discarded: 0 } })
        await expectBalance(holder)
        await lease.release()
      })
    },
  )

  it('brings what a killed one has put back to the disk before it forgets the dead letters', () =>
    inDirectory(async (place) => {
      const [box, copy] = [join(place, 'box'), join(place, 'copy')]
      let isLast = false
      const killed: Files = {
        ...nodeFiles,
        async sync(file) {
          if (isLast && (await readFile(join(box, 'seg-0-1.log'), 'utf8')).includes('"dead":')) {
            isLast = false
            cpSync(box, copy, { recursive: true })
          }
          await nodeFiles.sync(file)
        },
      }
      await withStore(box, { ...drowsy, files: killed, processes: processOfBoot(1) }, async (store) => {
        await store.append(drafts(2))
        await leased(store, async (lease) => {
          await store.settle([died(await headOf(store))], lease)
          isLast = true
          await store.requeue([{ id: 'entry-1' }], later)
        })
      })

      const done: string[] = []
      const open = new Map<number, string>()
      const files: Files = {
        ...nodeFiles,
        open(path) {
          const file = nodeFiles.open(path)
          open.set(file, path)
          return file
        },
        close(file) {
          open.delete(file)
          nodeFiles.close(file)
        },
        write(file, data, at) {
          if (Buffer.from(data).includes('"is":"heeded"')) done.push('forgotten')
          nodeFiles.write(file, data, at)
        },
        async sync(file) {
          await nodeFiles.sync(file)
          const path = open.get(file)
          if (path !== undefined) done.push(path.slice(copy.length + 1))
        },
      }
      await withStore(copy, { ...quick, files, processes: processOfBoot(2) }, async (heir) => {
        await take(heir)
        await vi.waitFor(() => expect(done).toContain('forgotten'), { interval: 1 })
        expect(done[0]).toBe('seg-0-1.log')
        expect(await pendingIds(heir)).toEqual(['entry-2', 'entry-1'])
        await expectBalance(heir)
      })
      expect([...open.values()]).toEqual([])
    }))
})

it('a requeue in the middle of which the lease is lost says how many came back', () =>
  inDirectory(async (directory) => {
    const { files, afterSync } = interruptibleFiles()
    await withStore(directory, { pollMs: 5, files }, async (store) => {
      await store.append(drafts(1))
      await killAll(store)
      const lease = await take(store)
      // After this the journal is on the disk: the next sync is that of the entries that come back.
      await store.cancel([])
      afterSync(() => lease.release())
      expect(await store.requeue([{ id: 'entry-1' }], 2e12)).toBe(1)
      expect(await pendingIds(store)).toEqual(['entry-1'])
      expect(await deadIds(store)).toEqual([])
    })
  }))
