import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const session = fileURLToPath(new URL('../session.js', import.meta.url))

/** A session that takes longer is ended, and counts as failed. */
const longestMs = 300_000

/** Makes one contestant do one work in a process of its own; answers what it measured. */
export async function runSession(order) {
  const { stdout } = await run(process.execPath, [...(order.flags ?? []), session, JSON.stringify(order)], {
    maxBuffer: 1e8,
    timeout: longestMs,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

/** Runs `work` with a new directory for its files. */
export async function inDirectory(work) {
  const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'outbox-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
