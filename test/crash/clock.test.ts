import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scriptedServer } from '../../src/testing/server.ts'
import { noteFigures } from '../support/noteFigures.ts'
import { seededRandom } from '../support/seededRandom.ts'

const script = fileURLToPath(new URL('reporter.js', import.meta.url))
/** Where Debian's package `faketime` has the library that fakes a process's clock, and where others have it. */
const library = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib64/faketime/libfaketime.so.1',
  '/usr/lib/faketime/libfaketime.so.1',
].find((path) => existsSync(path))
const entries = 300
/** One request in so many is answered with 503: its entry waits a second. */
const refusedEvery = 40
/** A wait of a second, and all that a busy machine may add; a clock set back by hours would add hours. */
const longestGapMs = 15_000

if (library === undefined) {
  process.emitWarning('a test with a faked clock is left out: there is no libfaketime (Debian: faketime)')
}

test.skipIf(library === undefined)(
  'a process whose clock jumps by hours in both directions loses nothing, and no wait gets longer',
  { timeout: 240_000 },
  async () => {
    const random = seededRandom(1)
    const directory = await mkdtemp(join(tmpdir(), 'outbox-clock-'))
    const acknowledgedFile = join(directory, 'acknowledged')
    const clockFile = join(directory, 'clock')
    await writeFile(acknowledgedFile, '')
    await writeFile(clockFile, '+0')
    let jumps = 0
    let longestMs = 0
    let lastAt = NaN
    const refused = new Set<string>()
    await using server = await scriptedServer(({ key = '' }, index) => {
      const now = performance.now()
      longestMs = Math.max(longestMs, now - (Number.isNaN(lastAt) ? now : lastAt))
      lastAt = now
      const isRefused = index % refusedEvery === refusedEvery - 1 && !refused.has(key)
      if (isRefused) refused.add(key)
      if (isRefused || index % 10 === 5) {
        jumps += 1
        // Not fractions of hours alone: a jump of seconds is what a correction of the clock looks like.
        const seconds = Math.round((random() * 2 - 1) * (random() < 0.3 ? 30 : 6 * 3_600))
        writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}`)
      }
      return isRefused ? { status: 503 } : {}
    })
    try {
      const args = [script, join(directory, 'store'), server.url, String(entries), acknowledgedFile, '1', 'patient']
      const child = spawn(process.execPath, args, {
        stdio: 'inherit',
        env: {
          ...process.env,
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: clockFile,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      })
      const [code] = (await once(child, 'exit')) as [number | null]
      const acknowledged = (await readFile(acknowledgedFile, 'utf8')).trimEnd().split('\n')
      const delivered = [...new Set(server.requests.map(({ key }) => key))]
      const repeats = server.requests.length - delivered.length
      noteFigures('clock jumps', { jumps, refused: refused.size, longestGapMs: Math.round(longestMs) })
      expect({ code, acknowledged: acknowledged.length }).toEqual({ code: 0, acknowledged: entries })
      expect(delivered).toEqual(Array.from({ length: entries }, (_, index) => `1:${index + 1}`))
      expect(repeats).toBe(refused.size)
      expect(refused.size).toBeGreaterThan(3)
      expect(jumps).toBeGreaterThan(20)
      expect(longestMs).toBeLessThan(longestGapMs)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)
