import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsStore } from '../../src/store/fs/index.ts'
import { storeContract } from '../contract/storeContract.ts'

for (const ack of ['os', 'sync'] as const) {
  storeContract(`fsStore (ack: ${ack})`, {
    async create({ auditLimit }) {
      const directory = await mkdtemp(join(tmpdir(), 'xstate-outbox-'))
      return {
        open: () => fsStore({ directory, ack, auditLimit }),
        isShared: true,
        dispose: () => rm(directory, { recursive: true, force: true }),
      }
    },
  })
}
