import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../examples/custom-store/database.ts'
import { sqliteStore } from '../../examples/custom-store/sqliteStore.ts'
import { draft } from '../../src/testing/contract/bench.ts'
import { storeContract } from '../../src/testing/index.ts'
import { buildPackage } from '../support/builtPackage.ts'

const hasBuiltIn = process.getBuiltinModule('node:sqlite' as 'node:fs') !== undefined

/** A file that is not there yet, in a folder that is removed. */
async function newFile() {
  const folder = await mkdtemp(join(tmpdir(), 'xstate-outbox-sqlite-'))
  return { path: join(folder, 'outbox.db'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('the SQLite store', () => {
  const cases = storeContract(async ({ auditLimit }) => {
    const file = await newFile()
    const store = sqliteStore({ open: () => openDatabase(file.path), auditLimit })
    return { open: () => store, dispose: () => file[Symbol.asyncDispose]() }
  })
  for (const { name, run } of cases) it(name, run)

  it('has the file to itself: another one on it is refused, and nothing is answered as empty', async () => {
    await using file = await newFile()
    const first = sqliteStore({ open: () => openDatabase(file.path) })
    const second = sqliteStore({ open: () => openDatabase(file.path) })
    await first.append([draft(1)])
    await expect(second.counts()).rejects.toMatchObject({ code: 'OUTBOX_STORE' })
    await first.close()
    expect(await second.counts()).toMatchObject({ pending: 1 })
    await second.close()
  })

  it('says so when the disk is full, and keeps nothing of the call', async () => {
    await using file = await newFile()
    const store = sqliteStore({
      async open() {
        const database = await openDatabase(file.path)
        database.exec('PRAGMA max_page_count = 30')
        return database
      },
    })
    await store.append([draft(1)])
    // The build in WebAssembly does not say the number of an error.
    const code = hasBuiltIn ? 'OUTBOX_QUOTA' : 'OUTBOX_STORE'
    const tooMuch = [draft(2), draft(3, { body: 'x'.repeat(1e6) })]
    await expect(store.append(tooMuch)).rejects.toMatchObject({ code })
    expect(await store.read({ limit: 9 })).toMatchObject([{ id: 'entry-1' }])
    await store.close()
  })

  it('opens at the next call when it could not be opened before', async () => {
    await using file = await newFile()
    let tries = 0
    const store = sqliteStore({
      async open() {
        tries += 1
        if (tries === 1) throw new Error('no such volume')
        return openDatabase(file.path)
      },
    })
    await expect(store.counts()).rejects.toThrow('SQLite failed: Error: no such volume')
    await store.close()
    expect(await store.counts()).toMatchObject({ pending: 0 })
    await store.close()
  })
})

it('runs the custom-store example: what waited before a restart is delivered after it', async () => {
  await using built = await buildPackage()
  await using file = await newFile()
  const demo = built.path('examples/custom-store/demo.js')
  const { stdout } = await promisify(execFile)(process.execPath, [demo, file.path])
  expect(stdout.split('\n')).toEqual([
    'stopped with 2 waiting',
    'after the restart the remote has first and second',
    'push 0, push 0',
    '',
  ])
})
