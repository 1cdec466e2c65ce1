import { join } from 'node:path'
import { buildDBClient, Runner, SqliteQueue } from 'liteque'

export const liteque = {
  name: 'liteque',
  package: 'liteque',
  survives: 'a process crash',
  open({ directory }) {
    const db = buildDBClient(join(directory, 'queue.db'), { runMigrations: true })
    const queue = new SqliteQueue('entries', db, { defaultJobArgs: { numRetries: 3 }, keepFailedJobs: false })
    let runner
    let running
    return {
      enqueue: (payload) => queue.enqueue(payload),
      drain(push) {
        runner = new Runner(
          queue,
          { run: ({ data }) => push(data) },
          { concurrency: 1, pollIntervalMs: 1, timeoutSecs: 30 },
        )
        running = runner.run()
      },
      async close() {
        runner?.stop()
        await running
        db.$client?.close()
      },
    }
  },
}
