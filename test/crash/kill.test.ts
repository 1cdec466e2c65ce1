import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { noteFigures } from '../support/noteFigures.ts'
import { seededRandom } from '../support/seededRandom.ts'

const script = fileURLToPath(new URL('reporter.js', import.meta.url))
/** A long run takes its number from the environment. */
const kills = Number(process.env['KILLS'] ?? 50)
const entries = kills * 50

/** When a process is killed: at a number of received requests, or so many ms after its start, which may be before it has opened. */
type Blow = { readonly atRequest: number } | { readonly afterMs: number }

test(
  `${kills} kills -9 of a process that enqueues and drains ${entries} entries over HTTP`,
  { timeout: 60_000 + kills * 10_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? 1)
    const random = seededRandom(seed)
    const blows = Array.from({ length: kills }, (_, index): Blow => {
      if (index % 5 === 4) return { afterMs: random() * 250 }
      // Spread over the run; the last requests are left out, since their process may be gone before the blow.
      return { atRequest: Math.floor(((index + random()) * (entries - 50)) / kills) + 1 }
    })
    const directory = await mkdtemp(join(tmpdir(), 'outbox-kill-'))
    const acknowledgedFile = join(directory, 'acknowledged')
    await writeFile(acknowledgedFile, '')
    const received: string[] = []
    let onRequest = () => {}
    const server = createServer((request, response) => {
      received.push(String(request.headers['idempotency-key']))
      onRequest()
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    try {
      for (let run = 0; run <= kills; run += 1) {
        const args = [script, join(directory, 'store'), url, String(entries), acknowledgedFile, String(run), 'patient']
        const child = spawn(process.execPath, args, { stdio: 'inherit' })
        const exited = once(child, 'exit')
        // At once, or within some ms: before the answer, before its settlement, or somewhere in an append.
        const strike = (delayMs: number) => setTimeout(() => child.kill('SIGKILL'), delayMs)
        const blow = blows[run]
        if (blow && 'afterMs' in blow) strike(blow.afterMs)
        if (blow && 'atRequest' in blow) {
          onRequest = () => {
            if (received.length < blow.atRequest) return
            strike(random() < 0.5 ? 0 : random() * 5)
            onRequest = () => {}
          }
        }
        const [code, signal] = (await exited) as [number | null, string | null]
        onRequest = () => {}
        expect([run, code, signal]).toEqual(blow ? [run, null, 'SIGKILL'] : [run, 0, null])
      }
      const acknowledged = (await readFile(acknowledgedFile, 'utf8')).trimEnd().split('\n')
      const delivered = new Set(received)
      const lost = acknowledged.filter((id) => !delivered.has(id))
      const repeats = received.length - delivered.size
      const inOrder = [...delivered].toSorted(byRunAndNumber)
      noteFigures('kill -9', { seed, kills, acknowledged: acknowledged.length, lost: lost.length, repeated: repeats })
      expect(acknowledged.length).toBe(entries)
      expect(lost).toEqual([])
      expect(repeats).toBeLessThanOrEqual(kills)
      expect([...delivered]).toEqual(inOrder)
    } finally {
      server.closeAllConnections()
      server.close()
      await rm(directory, { recursive: true, force: true })
    }
  },
)

function byRunAndNumber(one: string, other: string): number {
  const [run = 0, n = 0] = one.split(':').map(Number)
  const [otherRun = 0, otherN = 0] = other.split(':').map(Number)
  return run - otherRun || n - otherN
}
