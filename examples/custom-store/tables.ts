import type {
  AuditRecord,
  Control,
  Counts,
  Draft,
  StoredAuditRecord,
  StoredDeadLetter,
  StoredEntry,
  Tries,
} from 'xstate-outbox'
import type { Database, Row, Value } from './database.ts'

/** Everything the outbox knows besides its entries: one row, so that `counts` costs the same however many wait. */
interface Ledger extends Omit<Counts, 'oldestAt'> {
  readonly control: Control
}

/** What each table holds. */
export interface Records {
  readonly pending: StoredEntry
  readonly dead: StoredDeadLetter
  readonly audit: StoredAuditRecord
}

/** What can be done in a transaction. */
export interface Work {
  ledger(): Ledger
  change(part: Partial<Ledger>): void
  /** The records of a table for which a condition holds, each with its number. */
  rows<T extends keyof Records>(table: T, where: string, ...values: readonly Value[]): readonly Records[T][]
  pendingAt(seq: number): StoredEntry | undefined
  add(draft: Draft, requeues: number): void
  remove(entry: StoredEntry): void
  retry(entry: StoredEntry, tries: Tries): void
  withTries(entry: StoredEntry, tries: Tries): StoredEntry
  bury(letter: Omit<StoredDeadLetter, 'seq'>): void
  /** Keeps an audit record, and lets go of those beyond the limit. */
  record(audit: AuditRecord): void
  /** Takes the pending entries, or the dead letters, of these ids out. */
  takePending(ids: readonly string[]): readonly StoredEntry[]
  takeDead(ids: readonly string[]): readonly StoredDeadLetter[]
  erase(): void
}

const emptyLedger: Ledger = {
  pending: 0,
  bytes: 0,
  dead: 0,
  totals: { enqueued: 0, delivered: 0, skipped: 0, cancelled: 0, discarded: 0, quarantined: 0 },
  control: { paused: false },
}

/** Makes the tables where there are none; a commit waits for the disk, and no other process may open the file. */
export function createTables(database: Database): void {
  // AUTOINCREMENT: the number of an entry that is gone is never given to another. Records and ids are kept as JSON, since SQLite's
  // text cannot hold every text of JavaScript.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS pending (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS dead (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS ledger (record TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS pending_by_id ON pending (id);
    CREATE INDEX IF NOT EXISTS dead_by_id ON dead (id);`)
}

/** What can be done with this database; to be used inside one transaction. */
export function workIn(database: Database, auditLimit: number): Work {
  const run = (sql: string, ...values: readonly Value[]) => database.prepare(sql).run(...values)
  const all = (sql: string, ...values: readonly Value[]) => database.prepare(sql).all(...values) as Row[]

  function insert(table: keyof Records, id: string, record: unknown): void {
    run(`INSERT INTO ${table} (id, record) VALUES (?, ?)`, JSON.stringify(id), JSON.stringify(record))
  }

  function rows<T extends keyof Records>(table: T, where: string, ...values: readonly Value[]): readonly Records[T][] {
    const found = all(`SELECT seq, record FROM ${table} WHERE ${where}`, ...values)
    return found.map(({ seq, record }) => ({ ...(JSON.parse(String(record)) as Records[T]), seq: Number(seq) }))
  }

  function rowsOf<T extends 'pending' | 'dead'>(table: T, ids: readonly string[]): readonly Records[T][] {
    const marks = ids.map(() => '?').join(', ')
    return rows(table, `id IN (${marks}) ORDER BY seq`, ...ids.map((id) => JSON.stringify(id)))
  }

  function ledger(): Ledger {
    const [row] = all('SELECT record FROM ledger')
    return row === undefined ? emptyLedger : (JSON.parse(String(row.record)) as Ledger)
  }

  function change(part: Partial<Ledger>): void {
    const next = JSON.stringify({ ...ledger(), ...part })
    run('DELETE FROM ledger')
    run('INSERT INTO ledger (record) VALUES (?)', next)
  }

  function remove({ seq, bytes }: StoredEntry): void {
    run('DELETE FROM pending WHERE seq = ?', seq)
    const before = ledger()
    change({ pending: before.pending - 1, bytes: before.bytes - bytes })
  }

  function withTries(entry: StoredEntry, tries: Tries): StoredEntry {
    return { ...draftOf(entry), seq: entry.seq, requeues: entry.requeues, ...tries }
  }

  return {
    ledger,
    change,
    rows,
    remove,
    withTries,
    pendingAt: (seq) => rows('pending', 'seq = ?', seq)[0],
    add(draft, requeues) {
      insert('pending', draft.id, { ...draft, requeues, attempts: 0, misses: 0 })
      const before = ledger()
      change({ pending: before.pending + 1, bytes: before.bytes + draft.bytes })
    },
    retry(entry, tries) {
      run('UPDATE pending SET record = ? WHERE seq = ?', JSON.stringify(withTries(entry, tries)), entry.seq)
    },
    bury(letter) {
      insert('dead', letter.entry.id, letter)
      change({ dead: ledger().dead + 1 })
    },
    record(audit) {
      insert('audit', audit.id, audit)
      run('DELETE FROM audit WHERE seq <= (SELECT max(seq) FROM audit) - ?', auditLimit)
    },
    takePending(ids) {
      const entries = rowsOf('pending', ids)
      for (const entry of entries) remove(entry)
      return entries
    },
    takeDead(ids) {
      const letters = rowsOf('dead', ids)
      for (const { seq } of letters) run('DELETE FROM dead WHERE seq = ?', seq)
      change({ dead: ledger().dead - letters.length })
      return letters
    },
    erase() {
      for (const table of ['pending', 'dead', 'audit', 'ledger']) run(`DELETE FROM ${table}`)
    },
  }
}

/** What an entry was before it was stored and tried. */
export function draftOf(entry: Draft): Draft {
  const { id, body, codec, version, lane, key, meta, enqueuedAt, notBefore, items, bytes } = entry
  const given = {
    ...(key !== undefined && { key }),
    ...(meta && { meta }),
    ...(notBefore !== undefined && { notBefore }),
  }
  return { id, body, codec, version, lane, ...given, enqueuedAt, items, bytes }
}
