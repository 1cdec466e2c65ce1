import { idbStore } from '../../../src/store/idb/index.ts'
import { storeContract } from '../../contract/storeContract.ts'
import { freshPlace } from './place.ts'

for (const durability of ['strict', 'relaxed'] as const) {
  storeContract(`idbStore (${durability})`, {
    create: ({ auditLimit }) => freshPlace((name) => idbStore({ name, durability, auditLimit })),
  })
}
