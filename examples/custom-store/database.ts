/** What goes into a statement. */
export type Value = string | number | null

/** A row as SQLite answers it; the columns are those of the statement. */
export type Row = Readonly<Record<string, unknown>>

/** What the store asks of SQLite. `DatabaseSync` of node:sqlite fits as it is, and so does better-sqlite3. */
export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: readonly Value[]): unknown
    all(...values: readonly Value[]): unknown[]
  }
  close(): void
}

/** Opens a file with SQLite as it comes with Node 22.5 and later, else with a build of it in WebAssembly. */
export async function openDatabase(path: string): Promise<Database> {
  const builtIn = (process as { getBuiltinModule?(id: string): object | undefined }).getBuiltinModule?.('node:sqlite')
  if (builtIn !== undefined) {
    const { DatabaseSync } = builtIn as { readonly DatabaseSync: new (path: string) => Database }
    return new DatabaseSync(path)
  }
  const { default: wasm } = await import('node-sqlite3-wasm')
  const database = new wasm.Database(path)
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => ({
      run: (...values) => database.run(sql, [...values]),
      all: (...values) => database.all(sql, [...values]),
    }),
    close: () => database.close(),
  }
}
