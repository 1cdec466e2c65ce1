import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { delivered, died, draft, drafts, expectBalance, headOf, pendingIds } from '../contract/harness.ts'
import type { Compiled } from './support/compiled.ts'
import { compileFsStore } from './support/compiled.ts'
import { inDirectory, withStore } from './support/places.ts'
import type { Worker } from './support/worker.ts'
import { startWorker } from './support/worker.ts'

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
