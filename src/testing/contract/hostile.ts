import { equal, like } from './check.ts'
import type { Draft, Json } from '../../entry.ts'
import type { BenchCase } from './bench.ts'
import { auditOf, deadOf, deliverAll, died, draft, headOf, killAll, pendingOf, startAt } from './bench.ts'

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

export const hostile: readonly BenchCase[] = [
  ...ids.map((id): BenchCase => ({
    name: `carries the id ${JSON.stringify(id.slice(0, 30))} through every list`,
    async run({ store, reopen }) {
      await store.append([draft(1, { id, lane: id, key: id, codec: id })])
      const again = await reopen()
      like(await headOf(again), { id, lane: id, key: id, codec: id })
      await killAll(again)
      equal(
        (await deadOf(again)).map(({ entry }) => entry.id),
        [id],
      )
      equal(await again.requeue([{ id }], startAt), 1)
      await deliverAll(again)
      equal(
        (await auditOf(again)).map((record) => record.id),
        [id, id],
      )
      await again.append([draft(1, { id })])
      equal(await again.cancel([id]), 1)
      await again.append([draft(1, { id })])
      await killAll(again)
      equal(await again.discard([id]), 1)
    },
  })),

  ...metas.map((meta): BenchCase => ({
    name: `carries the meta ${JSON.stringify(meta).slice(0, 40)} unchanged`,
    async run({ store, reopen }) {
      const text = JSON.stringify(meta)
      await store.append([draft(1, { meta: meta as { readonly [key: string]: Json } })])
      const again = await reopen()
      equal(JSON.stringify((await headOf(again)).meta), text)
      await deliverAll(again)
      equal(JSON.stringify((await auditOf(again))[0]?.meta), text)
      equal(({} as { polluted?: boolean }).polluted, undefined)
    },
  })),

  {
    name: 'carries any body: empty, not JSON, lone surrogates, several MB',
    async run({ store, reopen }) {
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
      for (const each of [store, await reopen()]) equal((await pendingOf(each)).map(isIntact), intact)
      await killAll(store)
      equal(
        (await deadOf(store)).map(({ entry }) => isIntact(entry)),
        intact,
      )
    },
  },

  {
    name: 'keeps the reason of a death to the letter',
    async run({ store, reopen }) {
      await store.append([draft(1)])
      const reason = `"__proto__" \uD800 ${'long '.repeat(100)}`
      const lease = await store.lease(new AbortController().signal)
      await store.settle([died(await headOf(store), reason)], lease)
      await lease.release()
      like(await deadOf(await reopen()), [{ reason, entry: { lastError: reason } }])
    },
  },
]
