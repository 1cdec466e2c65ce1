import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../../src/store/contract.ts'
import type { Settings } from '../../../src/store/fs/settings.ts'
import { defaultSettings } from '../../../src/store/fs/settings.ts'
import { createFsStore } from '../../../src/store/fs/store.ts'

/** Runs a test on an empty directory of the real disk, and removes it. */
export async function inDirectory<R>(test: (directory: string) => Promise<R>): Promise<R> {
  const directory = await mkdtemp(join(tmpdir(), 'xstate-outbox-'))
  try {
    return await test(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A store with settings of the test's choice. */
export function tunedStore(directory: string, settings: Partial<Settings> = {}): Store {
  return createFsStore(directory, { ...defaultSettings, auditLimit: 1_000, ...settings })
}

/** Runs a test with a store on a directory, and closes it. */
export async function withStore<R>(
  directory: string,
  settings: Partial<Settings>,
  use: (store: Store) => Promise<R>,
): Promise<R> {
  const store = tunedStore(directory, settings)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** A process of the given boot of the machine, to which those of all other boots are gone. */
export function processOfBoot(boot: number): Settings['processes'] {
  return {
    self: () => ({ pid: 1, boot: String(boot) }),
    fateOf: (identity) => (identity.boot === String(boot) ? 'running' : 'gone'),
  }
}
