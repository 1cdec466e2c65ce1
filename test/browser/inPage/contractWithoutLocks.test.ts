import { beforeAll, expect, it } from 'vitest'
import { idbStore } from '../../../src/store/idb/index.ts'
import { storeContract } from '../../contract/storeContract.ts'
import { freshPlace } from './place.ts'

// As on a page that is not secure: each test file has a page of its own.
beforeAll(() => {
  delete (Navigator.prototype as { locks?: LockManager }).locks
})

it('runs without Web Locks', () => {
  expect(navigator.locks).toBeUndefined()
})

storeContract('idbStore without Web Locks', {
  create: ({ auditLimit }) => freshPlace((name) => idbStore({ name, auditLimit })),
})
