import { expect, test } from 'vitest'
import { createLeaseKeeper } from '../../src/lease.ts'
import type { Lease, Store } from '../../src/store/contract.ts'
import { simulatedTime } from '../../src/testing/index.ts'

/** A keeper in front of a store whose leases are granted, refused and lost by hand. */
function createScene() {
  const time = simulatedTime()
  const told: string[] = []
  const asked: {
    readonly signal: AbortSignal
    grant(): { lose(): void; readonly released: () => number }
    fail(): void
  }[] = []
  const store = {
    lease: (signal: AbortSignal) =>
      new Promise<Lease>((resolve, reject) => {
        asked.push({
          signal,
          grant() {
            const loss = new AbortController()
            let released = 0
            resolve({
              epoch: asked.length,
              lost: loss.signal,
              release: async () => {
                released += 1
              },
            })
            return { lose: () => loss.abort(), released: () => released }
          },
          fail: () => reject(new Error('EIO')),
        })
      }),
  } as Pick<Store, 'lease'> as Store
  const keeper = createLeaseKeeper({
    openStore: async () => store,
    clock: time.clock,
    onGranted: () => told.push('granted'),
    onLost: () => told.push('lost'),
    onFailed: (error) => told.push(String(error)),
  })
  return { time, told, asked, keeper }
}

test('a lease that nobody holds is taken at once, and asked for once', async () => {
  const { time, told, asked, keeper } = createScene()
  const taken = keeper.take()
  await time.quiet()
  expect(keeper.isHeld()).toBe(false)
  asked[0]?.grant()
  const lease = await taken
  expect(lease?.epoch).toBe(1)
  expect(await keeper.take()).toBe(lease)
  keeper.standBy()
  expect(asked).toHaveLength(1)
  expect(keeper.isHeld()).toBe(true)
  expect(told).toEqual(['granted'])
})

test('one that does not come within 100 ms is told of when it comes, to whoever stands by', async () => {
  const { time, told, asked, keeper } = createScene()
  const taken = keeper.take()
  await time.advance(99)
  const early = await Promise.race([taken.then(() => 'answered'), time.quiet()])
  expect(early).toBeUndefined()
  await time.advance(1)
  expect(await taken).toBeUndefined()
  keeper.standBy()
  asked[0]?.grant()
  await time.quiet()
  expect(told).toEqual(['granted'])
  expect((await keeper.take())?.epoch).toBe(1)
  expect(asked).toHaveLength(1)
})

test('one that comes to whoever stands by from the first is told of, too', async () => {
  const { time, told, asked, keeper } = createScene()
  keeper.standBy()
  await time.quiet()
  asked[0]?.grant()
  await time.quiet()
  expect(told).toEqual(['granted'])
})

test('a request that fails is the answer to whoever waits for it, and told of otherwise', async () => {
  const { time, told, asked, keeper } = createScene()
  const taken = keeper.take()
  taken.catch(() => undefined)
  await time.quiet()
  asked[0]?.fail()
  await expect(taken).rejects.toThrow('EIO')
  keeper.standBy()
  await time.quiet()
  asked[1]?.fail()
  await time.quiet()
  expect(told).toEqual(['Error: EIO'])
  keeper.standBy()
  await time.quiet()
  expect(asked).toHaveLength(3)
})

test('a request that fails after its time was up is told of, also before anybody stands by', async () => {
  const { time, told, asked, keeper } = createScene()
  const taken = keeper.take()
  await time.advance(100)
  expect(await taken).toBeUndefined()
  asked[0]?.fail()
  await time.quiet()
  expect(told).toEqual(['Error: EIO'])
})

test('who has left the line and come back keeps the new place when the old request fails', async () => {
  const { time, told, asked, keeper } = createScene()
  keeper.standBy()
  await time.quiet()
  await keeper.release()
  keeper.standBy()
  await time.quiet()
  asked[0]?.fail()
  await time.quiet()
  keeper.standBy()
  await time.quiet()
  expect(asked).toHaveLength(2)
  expect(told).toEqual([])
})

test('who leaves the line hears nothing more, and gives back what comes all the same', async () => {
  const { time, told, asked, keeper } = createScene()
  keeper.standBy()
  await time.quiet()
  await keeper.release()
  expect(asked[0]?.signal.aborted).toBe(true)
  keeper.standBy()
  await time.quiet()
  const late = asked[0]?.grant()
  await time.quiet()
  expect(late?.released()).toBe(1)
  expect(keeper.isHeld()).toBe(false)
  await keeper.release()
  asked[1]?.fail()
  await time.quiet()
  expect(told).toEqual([])
})

test('a lease that is lost is told of once, and one that was given back is not', async () => {
  const { time, told, asked, keeper } = createScene()
  const first = keeper.take()
  await time.quiet()
  const granted = asked[0]?.grant()
  await first
  granted?.lose()
  expect(keeper.isHeld()).toBe(false)
  expect(told).toEqual(['lost'])

  const second = keeper.take()
  await time.quiet()
  const again = asked[1]?.grant()
  await second
  await keeper.release()
  again?.lose()
  expect(told).toEqual(['lost'])
  expect(again?.released()).toBe(1)
})

test('a lease is given up 5 s after the last need of it, and at once when it is forgotten', async () => {
  const { time, asked, keeper } = createScene()
  const taken = keeper.take()
  await time.quiet()
  const granted = asked[0]?.grant()
  await taken
  keeper.linger()
  await time.advance(4_000)
  await keeper.take()
  await time.advance(4_000)
  expect(granted?.released()).toBe(0)
  keeper.linger()
  await time.advance(5_000)
  expect(granted?.released()).toBe(1)

  const next = keeper.take()
  await time.quiet()
  const other = asked[1]?.grant()
  await next
  keeper.forget()
  expect(other?.released()).toBe(1)
  expect(keeper.isHeld()).toBe(false)
})
