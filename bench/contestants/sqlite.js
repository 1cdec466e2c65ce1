import { join } from 'node:path'
import Database from 'better-sqlite3'

export const sqliteFull = {
  name: 'SQLite WAL FULL',
  package: 'better-sqlite3',
  survives: 'power loss',
  open: (where) => openQueue(where, 'FULL'),
}

/** What somebody would build who gathers concurrent inserts into one transaction. */
export const sqliteFullGathered = {
  name: 'SQLite WAL FULL, gathered',
  package: 'better-sqlite3',
  survives: 'power loss',
  open(where) {
    const queue = openQueue(where, 'FULL')
    let waiting = []
    function flush() {
      const group = waiting
      waiting = []
      void queue.enqueueMany(group.map(({ payload }) => payload))
      for (const { resolve } of group) resolve()
    }
    return {
      ...queue,
      enqueue(payload) {
        return new Promise((resolve) => {
          if (waiting.length === 0) setImmediate(flush)
          waiting.push({ payload, resolve })
        })
      },
    }
  },
}

export const sqliteNormal = {
  name: 'SQLite WAL NORMAL',
  package: 'better-sqlite3',
  survives: 'a process crash',
  open: (where) => openQueue(where, 'NORMAL'),
}

/** The shortest queue on a table: what an app would write by hand. */
function openQueue({ directory }, synchronous) {
  const db = new Database(join(directory, 'queue.db'))
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${synchronous}`)
  db.exec('CREATE TABLE IF NOT EXISTS queue (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO queue (body) VALUES (?)')
  const head = db.prepare('SELECT seq, body FROM queue ORDER BY seq LIMIT 1')
  const remove = db.prepare('DELETE FROM queue WHERE seq = ?')
  const insertMany = db.transaction((payloads) => {
    for (const payload of payloads) insert.run(JSON.stringify(payload))
  })
  let isHalted = false
  let draining

  async function drain(push) {
    while (!isHalted) {
      const entry = head.get()
      if (entry === undefined) {
        await new Promise(setImmediate)
        continue
      }
      await push(JSON.parse(entry.body))
      remove.run(entry.seq)
    }
  }

  return {
    enqueue: async (payload) => void insert.run(JSON.stringify(payload)),
    enqueueMany: async (payloads) => insertMany(payloads),
    drain(push) {
      draining = drain(push)
    },
    async close() {
      isHalted = true
      await draining
      db.close()
    },
  }
}
