import { expect, it } from 'vitest'
import type { Draft, Json } from '../../src/entry.ts'
import type { StoreHarness } from './harness.ts'
import { auditOf, deadOf, deliverAll, died, draft, headOf, killAll, onBench, pendingOf, startAt } from './harness.ts'

const ids = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  '0',
  '../../etc/passwd',
  'line\nbreak\r\u0000nul',
  '\u2028\u2029\uFEFF',
  '日本語 🧾 e\u0301',
  'lone \uD800 surrogate',
  'x'.repeat(100_000),
]

const metas: Json[] = [
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Json,
  JSON.parse('{"":"","a.b":[[],{}],"\\u0000":null,"é\\ud800":"\\udfff"}') as Json,
  { deep: JSON.parse('['.repeat(200) + ']'.repeat(200)) as Json },
]

export function hostile(harness: StoreHarness): void {
  it.each(ids.map((id) => ({ name: JSON.stringify(id.slice(0, 30)), id })))(
    'carries the id $name through every list',
    ({ id }) =>
      onBench(harness, async ({ store, reopen }) => {
        await store.append([draft(1, { id, lane: id, key: id, codec: id })])
        const again = await reopen()
        expect(await headOf(again)).toMatchObject({ id, lane: id, key: id, codec: id })
        await killAll(again)
        expect((await deadOf(again)).map(({ entry }) => entry.id)).toEqual([id])
        expect(await again.requeue([{ id }], startAt)).toBe(1)
        await deliverAll(again)
        expect((await auditOf(again)).map((record) => record.id)).toEqual([id, id])
        await again.append([draft(1, { id })])
        expect(await again.cancel([id])).toBe(1)
        await again.append([draft(1, { id })])
        await killAll(again)
        expect(await again.discard([id])).toBe(1)
      }),
  )

  it.each(metas.map((meta) => ({ name: JSON.stringify(meta).slice(0, 40), meta })))(
    'carries the meta $name unchanged',
    ({ meta }) =>
      onBench(harness, async ({ store, reopen }) => {
        const text = JSON.stringify(meta)
        await store.append([draft(1, { meta: meta as { readonly [key: string]: Json } })])
        const again = await reopen()
        expect(JSON.stringify((await headOf(again)).meta)).toBe(text)
        await deliverAll(again)
        expect(JSON.stringify((await auditOf(again))[0]?.meta)).toBe(text)
        expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
      }),
  )

  it('carries any body: empty, not JSON, lone surrogates, several MB', () =>
    onBench(harness, async ({ store, reopen }) => {
      const bodies = [
        '',
        'not json {',
        '\uD800 and \uDFFF',
        '\u0000\u0001',
        '🧾é'.repeat(10),
        'm'.repeat(3_000_000),
        'é\uD801'.repeat(400_000),
      ]
      await store.append(bodies.map((body, number) => draft(number, { body })))
      const isIntact = (entry: Draft) => entry.body === bodies[Number(entry.id.slice('entry-'.length))]
      const intact = bodies.map(() => true)
      for (const each of [store, await reopen()]) expect((await pendingOf(each)).map(isIntact)).toEqual(intact)
      await killAll(store)
      expect((await deadOf(store)).map(({ entry }) => isIntact(entry))).toEqual(intact)
    }))

  it('keeps the reason of a death to the letter', () =>
    onBench(harness, async ({ store, reopen }) => {
      await store.append([draft(1)])
      const reason = `"__proto__" \uD800 ${'long '.repeat(100)}`
      const lease = await store.lease(new AbortController().signal)
      await store.settle([died(await headOf(store), reason)], lease)
      await lease.release()
      expect(await deadOf(await reopen())).toMatchObject([{ reason, entry: { lastError: reason } }])
    }))
}
