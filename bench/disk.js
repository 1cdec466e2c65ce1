// What a layout of the log is worth on this disk: `npm --prefix bench run disk -- [options]`.
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import Database from 'better-sqlite3'
import { describeMachine } from './report/machine.js'
import { median } from './report/median.js'
import { replaceBetween } from './report/page.js'
import { inDirectory } from './support/runSession.js'
import { table } from './support/table.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    writes: { type: 'string', default: '3000' },
    /** Puts the table into docs/performance.md. */
    write: { type: 'boolean', default: false },
  },
})
const sync = promisify(fdatasync)

/** So many bytes of zeros are written behind a write for which there is no room ahead. */
const layouts = {
  appended: () => 0,
  '128 kB ahead': () => 128 * 1024,
  '1 MB ahead': () => 1024 * 1024,
  'all of it written before': (bytes, writes) => bytes * writes,
}
/** What SQLite does: nothing else happens in the process until the disk has it. */
const blocking = 'all of it written before, the event loop blocked'
const sqlite = 'SQLite WAL FULL, which blocks it too'
const sizes = { 'one entry': 1_200, '100 entries': 120_000 }

const rows = []
await inDirectory(async (directory) => {
  for (const [size, bytes] of Object.entries(sizes)) {
    const rates = new Map([...Object.keys(layouts), blocking, sqlite].map((layout) => [layout, []]))
    const writes = Math.ceil(Number(options.writes) / (bytes > 10_000 ? 5 : 1))
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const [layout, aheadOf] of Object.entries(layouts)) {
        const path = join(directory, `${bytes}-${round}-${layout}`)
        rates.get(layout).push(await syncRate(path, { bytes, writes, ahead: aheadOf(bytes, writes) }))
      }
      const path = join(directory, `${bytes}-${round}-blocking`)
      rates.get(blocking).push(await syncRate(path, { bytes, writes, ahead: bytes * writes, syncWith: fdatasyncSync }))
      rates.get(sqlite).push(insertRate(join(directory, `${bytes}-${round}.db`), { bytes, writes }))
    }
    const base = rates.get('appended')
    for (const [layout, found] of rates) {
      const toBase = (others) => median(found.map((rate, round) => rate / others[round])).toFixed(2)
      rows.push([size, layout, Math.round(median(found)).toLocaleString('en'), toBase(base), toBase(rates.get(sqlite))])
    }
  }
})
const text = `Measured on ${new Date().toISOString().slice(0, 10)}: ${describeMachine()}. Medians of ${options.rounds} interleaved rounds.\n\n${table(['a write of', 'layout', 'writes synced per second', 'relative to appended', 'to SQLite'], rows)}`
process.stdout.write(`${text}\n`)
if (options.write) replaceBetween(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), 'disk', text)

/** Writes and syncs one after the other, over room that was made `ahead` bytes at a time; answers how many a second. */
async function syncRate(path, { bytes, writes, ahead, syncWith = sync }) {
  const file = openSync(path, 'wx')
  const data = Buffer.alloc(bytes, 'x')
  let room = 0
  if (ahead >= bytes * writes) {
    room = writeSync(file, Buffer.alloc(ahead), 0, ahead, 0)
    fsyncSync(file)
  }
  const startedAt = performance.now()
  for (let at = 0; at < bytes * writes; at += bytes) {
    const isBeyond = ahead > 0 && at + bytes > room
    const written = isBeyond ? Buffer.concat([data, Buffer.alloc(ahead)]) : data
    writeSync(file, written, 0, written.length, at)
    room = Math.max(room, at + written.length)
    await syncWith(file)
  }
  const rate = (writes * 1_000) / (performance.now() - startedAt)
  closeSync(file)
  return rate
}

/** Inserts one row after the other, each in a transaction of its own; answers how many a second. */
function insertRate(path, { bytes, writes }) {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE queue (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO queue (body) VALUES (?)')
  const body = 'x'.repeat(bytes)
  // The log is made on the way.
  for (let count = 0; count < writes; count += 1) insert.run(body)
  const startedAt = performance.now()
  for (let count = 0; count < writes; count += 1) insert.run(body)
  const rate = (writes * 1_000) / (performance.now() - startedAt)
  db.close()
  return rate
}
