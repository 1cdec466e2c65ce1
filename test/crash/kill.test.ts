import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { seededRandom } from '../support/seededRandom.ts'

const script = fileURLToPath(new URL('reporter.js', import.meta.url))
const entries = 4_000
const kills = 25

test(
  `${kills} kills -9 of a process that enqueues and drains ${entries} entries over HTTP`,
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? 1)
    const random = seededRandom(seed)
    // Spread over the run, each at a random number of received requests.
    const killAt = Array.from({ length: kills }, (_, k) => Math.floor(((k + random()) * entries) / kills) + 1)
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
      for (let run = 0; ; run += 1) {
        const args = [script, join(directory, 'store'), url, String(entries), acknowledgedFile, String(run)]
        const child = spawn(process.execPath, args, { stdio: 'inherit' })
        const exited = once(child, 'exit')
        const threshold = killAt[run]
        if (threshold !== undefined) {
          onRequest = () => {
            if (received.length < threshold) return
            // At once, or within some ms: before the answer, before its settlement, or somewhere in an append.
            setTimeout(() => child.kill('SIGKILL'), random() < 0.5 ? 0 : random() * 5)
            onRequest = () => {}
          }
        }
        const [code, signal] = (await exited) as [number | null, string | null]
        onRequest = () => {}
        if (run < kills) expect([run, code, signal]).toEqual([run, null, 'SIGKILL'])
        else {
          expect(code).toBe(0)
          break
        }
      }
      const acknowledged = (await readFile(acknowledgedFile, 'utf8')).trimEnd().split('\n')
      const delivered = [...new Set(received)]
      const lost = acknowledged.filter((id) => !delivered.includes(id))
      const repeats = received.length - delivered.length
      const inOrder = delivered.toSorted(byRunAndNumber)
      console.log(
        `kill -9: seed ${seed}, ${kills} kills, ${acknowledged.length} acknowledged, ${lost.length} lost, ${repeats} repeated`,
      )
      expect(acknowledged.length).toBe(entries)
      expect(lost).toEqual([])
      expect(repeats).toBeLessThanOrEqual(kills)
      expect(delivered).toEqual(inOrder)
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
