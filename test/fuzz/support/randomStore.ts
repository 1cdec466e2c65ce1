import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Draft } from '../../../src/entry.ts'
import type { Lease, Store } from '../../../src/store/contract.ts'
import { nodeFiles } from '../../../src/store/fs/files.ts'
import type { Settings } from '../../../src/store/fs/settings.ts'
import { delivered, died, draft, retried, skipped } from '../../contract/harness.ts'
import { inDirectory, processOfBoot, tunedStore } from '../../store/support/places.ts'
import { seededRandom } from '../../support/seededRandom.ts'

/** The files of a directory by name. */
export type Contents = Map<string, Buffer>

/** A directory that a random workload left, and what is known of it. */
export interface RandomStore {
  readonly contents: ReadonlyMap<string, Buffer>
  /** The same directory at some earlier moments. */
  readonly earlier: readonly ReadonlyMap<string, Buffer>[]
  /** Every entry that was ever appended, with the text it was appended with. */
  readonly bodies: ReadonlyMap<string, string>
  readonly pending: readonly string[]
  readonly dead: readonly string[]
}

/** Small files, and no syncs: no power is cut here. */
export const settingsOfBoot = (boot: number): Partial<Settings> => ({
  segmentBytes: 1_500,
  journalBytes: 3_000,
  reserveBytes: 0,
  auditLimit: 8,
  pollMs: 1,
  heartbeatMs: 1_000,
  staleMs: 5,
  idleSyncMs: 1,
  processes: processOfBoot(boot),
  files: {
    ...nodeFiles,
    sync: async () => {},
    syncNow() {},
    syncDirectory: async () => {},
    syncDirectoryNow() {},
  },
})

/** No two entries share a text, so that a text found in a file tells whose it is. */
export const textOf = (seed: number, number: number): string =>
  JSON.stringify({ text: `<seed ${seed}, entry ${number}>`.padEnd(60 + ((number * 37) % 120), '.') })

export const fuzzDraft = (seed: number, number: number): Draft => draft(number, { body: textOf(seed, number) })

/** Does sixty things by chance with two stores on one directory, and copies it as it is, open or closed. */
export async function makeRandomStore(seed: number): Promise<RandomStore> {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  return inDirectory(async (directory) => {
    const stores = [1, 2].map(() => tunedStore(directory, settingsOfBoot(1)))
    const pick = () => stores[below(2)] as Store
    const bodies = new Map<string, string>()
    const earlier: Contents[] = []
    let lease: { readonly of: Store; readonly lease: Lease } | undefined
    let last = 0

    async function settle(): Promise<void> {
      const of = lease?.of ?? pick()
      lease ??= { of, lease: await of.lease(new AbortController().signal) }
      const page = await of.read({ limit: 4 })
      const entry = page[Math.min(below(2), page.length - 1)]
      if (entry === undefined) return
      const choice = below(8)
      const settlement =
        choice === 0 ? died(entry) : choice === 1 ? skipped(entry) : choice === 2 ? retried(entry, 2) : delivered(entry)
      await of.settle([settlement], lease.lease)
    }

    async function step(): Promise<void> {
      const choice = below(20)
      const idOf = () => `entry-${1 + below(last)}`
      if (choice < 8) {
        const fresh = Array.from({ length: 1 + below(3) }, () => fuzzDraft(seed, (last += 1)))
        for (const { id, body } of fresh) bodies.set(id, body)
        await pick().append(fresh)
      } else if (choice < 15) await settle()
      else if (choice === 15) await (lease?.of ?? pick()).cancel([idOf()])
      else if (choice === 16) await (lease?.of ?? pick()).discard([idOf()])
      else if (choice === 17) {
        const [letter] = await pick().readDead({ limit: 1 })
        if (letter) await (lease?.of ?? pick()).requeue([{ id: letter.entry.id }], letter.at + 1)
      } else if (choice === 18) {
        await lease?.lease.release()
        lease = undefined
      } else if (choice === 19) earlier.push(readContents(directory))
    }

    try {
      for (let index = 0; index < 60; index += 1) await step()
      const isClosed = random() < 0.5
      if (isClosed) for (const store of stores) await store.close()
      const contents = readContents(directory)
      const [store] = stores as [Store]
      const pending = (await store.read({ limit: 1_000 })).map(({ id }) => id)
      const dead = (await store.readDead({ limit: 1_000 })).map(({ entry }) => entry.id)
      return { contents, earlier, bodies, pending, dead }
    } finally {
      for (const store of stores) await store.close()
    }
  })
}

/** All at once: the store removes files in the background. */
function readContents(directory: string): Contents {
  const names = readdirSync(directory).toSorted()
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]))
}

export async function writeContents(directory: string, contents: ReadonlyMap<string, Buffer>): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory)
  for (const [name, data] of contents) await writeFile(join(directory, name), data)
}
