import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { delivered, died, draft, drafts, expectBalance, headOf, pendingIds } from '../contract/harness.ts'
import type { Compiled } from './support/compiled.ts'
import { compileFsStore } from './support/compiled.ts'
import { inDirectory, withStore } from './support/places.ts'
import type { Worker } from './support/worker.ts'
import { startWorker } from './support/worker.ts'
import { seededRandom } from '../support/seededRandom.ts'

let compiled: Compiled
beforeAll(async () => {
  compiled = await compileFsStore()
})
afterAll(() => compiled.dispose())

/** Runs a test with so many processes on one directory; all are gone afterwards. */
async function withWorkers(count: number, test: (workers: readonly Worker[], directory: string) => Promise<void>) {
  await inDirectory(async (directory) => {
    const workers: Worker[] = []
    try {
      for (let index = 0; index < count; index += 1) workers.push(await startWorker(compiled, directory))
      await test(workers, directory)
    } finally {
      await Promise.all(workers.map((worker) => worker.kill()))
    }
  })
}

describe('several processes on one directory', () => {
  it('see what the others append, in the order of the clock', () =>
    withWorkers(3, async (workers, directory) => {
      const list = drafts(30)
      for (const [index, each] of list.entries()) await workers[index % 3]?.call('append', [each])
      await withStore(directory, {}, async (store) => {
        expect(await pendingIds(store)).toEqual(list.map(({ id }) => id))
        await expectBalance(store)
      })
    }))

  it('give the lease to one, and to another as soon as that one is killed', () =>
    withWorkers(3, async ([first, ...others]) => {
      if (!first) throw new Error('a worker')
      await first.call('append', drafts(2))
      const epoch = await first.take()
      const waiting = others.map(async (worker) => ({ worker, epoch: await worker.take() }))
      const [head] = await first.call('read', { limit: 1 })
      if (!head) throw new Error('an entry')
      await first.call('settle', [delivered(head)], { epoch })
      await first.kill()
      const next = await Promise.race(waiting)
      expect(next.epoch).toBeGreaterThan(epoch)
      expect(await next.worker.call('read', { limit: 9 })).toMatchObject([{ id: 'entry-2' }])
      await next.worker.kill()
      const last = (await Promise.all(waiting)).find(({ worker }) => worker !== next.worker)
      expect(last?.epoch).toBeGreaterThan(next.epoch)
    }))

  it('a holder that was stopped and is woken sees that it lost the lease, and records nothing', () =>
    inDirectory(async (directory) => {
      const holder = await startWorker(compiled, directory, { heartbeatMs: 100 })
      try {
        await holder.call('append', drafts(2))
        const epoch = await holder.take()
        const [head] = await holder.call('read', { limit: 1 })
        if (!head) throw new Error('an entry')
        holder.signal('SIGSTOP')
        await withStore(directory, { staleMs: 300 }, async (store) => {
          const lease = await store.lease(new AbortController().signal)
          expect(lease.epoch).toBeGreaterThan(epoch)
          await store.settle([delivered(await headOf(store))], lease)
          const settled = holder.call('settle', [delivered(head)], { epoch })
          holder.signal('SIGCONT')
          await expect(settled).rejects.toMatchObject({ code: 'OUTBOX_LEASE_LOST' })
          expect(await holder.lost()).toBe(epoch)
          expect(lease.lost.aborted).toBe(false)
          expect(await store.counts()).toMatchObject({ pending: 1, totals: { delivered: 1 } })
          expect(await holder.call('counts')).toMatchObject({ pending: 1, totals: { delivered: 1 } })
        })
      } finally {
        await holder.kill()
      }
    }))

  it('cancel, discard, requeue and pause without the lease: the holder does it', () =>
    withWorkers(2, async ([holder, other]) => {
      if (!holder || !other) throw new Error('two workers')
      await holder.call('append', drafts(4))
      const epoch = await holder.take()
      const page = await holder.call('read', { limit: 2 })
      await holder.call(
        'settle',
        page.map((entry) => died(entry)),
        { epoch },
      )
      expect(await other.call('cancel', ['entry-3', 'nobody'])).toBe(1)
      expect(await other.call('discard', ['entry-1'])).toBe(1)
      expect(await other.call('requeue', [{ id: 'entry-2' }], draft(9).enqueuedAt)).toBe(1)
      await other.call('setControl', { paused: true, held: 'sign in' })
      expect(await holder.call('control')).toEqual({ paused: true, held: 'sign in' })
      expect(await holder.call('read', { limit: 9 })).toMatchObject([{ id: 'entry-4' }, { id: 'entry-2', requeues: 1 }])
      expect(await other.call('counts')).toEqual(await holder.call('counts'))
    }))

  it.each(['SIGKILL', 'SIGSTOP'] as const)('obey a command whose holder is gone by %s', (signal) =>
    inDirectory(async (directory) => {
      const holder = await startWorker(compiled, directory)
      const other = await startWorker(compiled, directory, { staleMs: 300 })
      try {
        await holder.call('append', drafts(2))
        await holder.take()
        holder.signal(signal)
        expect(await other.call('cancel', ['entry-1'])).toBe(1)
        expect(await other.call('read', { limit: 9 })).toMatchObject([{ id: 'entry-2' }])
      } finally {
        await Promise.all([holder.kill(), other.kill()])
      }
    }),
  )

  it('with an idle or waiting store end by themselves', async () => {
    const script = `
      const { fsStore } = await import(${JSON.stringify(compiled.url('src/store/fs/index.ts'))})
      const [holder, standby] = [1, 2].map(() => fsStore({ directory: process.argv[1] }))
      holder.watch(() => {})
      await holder.append([JSON.parse(process.argv[2])])
      await holder.lease(new AbortController().signal)
      standby.watch(() => {})
      standby.lease(new AbortController().signal)
      process.on('exit', () => console.log('ended'))`
    await inDirectory(async (directory) => {
      const args = ['--input-type=module', '-e', script, directory, JSON.stringify(draft(1))]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      expect(stdout).toBe('ended\n')
    })
  })
})

/** Processes with pids of their own, as in a container: each of them is number 1. */
const container = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL']
const canUnshare = await promisify(execFile)('unshare', [...container.slice(1), 'true']).then(
  () => true,
  () => false,
)

// Making pid namespaces takes rights that not every machine gives.
describe.skipIf(!canUnshare)('processes of two containers', () => {
  it('with the same pid do not take each other for dead, and take over from the dead', () =>
    inDirectory(async (directory) => {
      const settings = { staleMs: 400, heartbeatMs: 50 }
      const first = await startWorker(compiled, directory, settings, container)
      const second = await startWorker(compiled, directory, settings, container)
      try {
        await first.call('append', [draft(1)])
        const epoch = await first.take()
        let granted: number | undefined
        const waiting = second.take().then((next) => (granted = next))
        for (let beat = 0; beat < 12; beat += 1) await nextBeat(join(directory, `lease-${epoch}`))
        expect(granted).toBeUndefined()
        await second.call('append', [draft(2)])
        await first.call('append', [draft(3)])
        expect((await readdir(directory)).filter((name) => name.startsWith('seg-')).toSorted()).toEqual([
          'seg-0-1.log',
          'seg-1-1.log',
        ])
        await first.kill()
        expect(await waiting).toBeGreaterThan(epoch)
        expect(await second.call('counts')).toMatchObject({ pending: 3 })
      } finally {
        await Promise.all([first.kill(), second.kill()])
      }
    }))
})

/** Resolves when the file has been touched once more. */
async function nextBeat(path: string): Promise<void> {
  const { mtimeMs } = await stat(path)
  while ((await stat(path)).mtimeMs === mtimeMs) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('many processes that are killed', () => {
  it('lose nothing that was acknowledged, and keep each its order', () =>
    inDirectory(async (directory) => {
      const acknowledged = new Map<string, string[]>()
      const lives = 6
      const random = seededRandom(7)
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let life = 0; life < lives; life += 1) {
          const prefix = `w${writer}-${life}`
          const worker = await startWorker(compiled, directory, { segmentBytes: 20_000 })
          const ids: string[] = []
          acknowledged.set(prefix, ids)
          const enough = 20 + Math.floor(random() * 60)
          await new Promise<void>((resolve, reject) => {
            const refused = worker.appendForEver(draft(1), prefix, (id) => {
              ids.push(id)
              if (ids.length === enough) resolve()
            })
            refused.catch(reject)
          })
          await worker.kill()
        }
      })
      const drained: string[] = []
      const done = new AbortController()
      const draining = (async () => {
        while (!done.signal.aborted) {
          const worker = await startWorker(compiled, directory, { segmentBytes: 20_000 })
          drained.push(...(await worker.drain()))
          await worker.kill()
        }
      })()
      await Promise.all(writers)
      done.abort()
      await draining
      await withStore(directory, {}, async (store) => {
        const left = await pendingIds(store)
        const all = [...drained, ...left]
        expect(new Set(all).size).toBe(all.length)
        for (const [prefix, ids] of acknowledged) {
          const found = all.filter((id) => id.startsWith(prefix))
          expect(found).toEqual(expect.arrayContaining(ids))
          expect(found).toEqual(found.toSorted())
        }
        expect((await store.counts()).totals.quarantined).toBe(0)
        await expectBalance(store)
      })
    }))
})
