// A store of one's own: the outbox lives in an SQLite file. The second half is what a restart of the app would find.
//
//   node demo.js <file>
import { createOutbox, UnreachableError } from 'xstate-outbox'
import { openDatabase } from './database.ts'
import { sqliteStore } from './sqliteStore.ts'

const path = process.argv[2] ?? 'outbox.db'
let isOnline = false
const remote: string[] = []

function openNotes() {
  return createOutbox<string>({
    name: 'notes',
    store: sqliteStore({ open: () => openDatabase(path) }),
    push: async ({ payload }) => {
      if (!isOnline) throw new UnreachableError('offline')
      remote.push(payload)
    },
  })
}

const before = openNotes()
await before.enqueueAll([{ payload: 'first' }, { payload: 'second' }])
await before.flush()
console.log(`stopped with ${(await before.stop()).pending} waiting`)

isOnline = true
const after = openNotes()
await after.flush()
console.log(`after the restart the remote has ${remote.join(' and ')}`)
console.log((await after.history()).map(({ direction, attempts }) => `${direction} ${attempts}`).join(', '))
await after.stop()
