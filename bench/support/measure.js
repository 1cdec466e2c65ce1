import { readFileSync } from 'node:fs'

/** Calls `enqueue` `count` times, `callers` at a time, each caller waiting for its answer; answers entries per second. */
export async function enqueueRate(enqueue, payloads, callers) {
  let next = 0
  async function call() {
    while (next < payloads.length) await enqueue(payloads[next++])
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: callers }, call))
  return rate(payloads.length, startedAt)
}

/** Entries per second since `startedAt`. */
export function rate(count, startedAt) {
  return (count * 1_000) / (performance.now() - startedAt)
}

/** A push that does nothing but count; `reached(n)` resolves, with the moment, at the n-th from the beginning. */
export function countingPush() {
  const targets = new Map()
  let count = 0
  return {
    async push() {
      count += 1
      targets.get(count)?.(performance.now())
    },
    reached: (target) => new Promise((resolve) => targets.set(target, resolve)),
  }
}

/** What this process and the servers it runs have used so far. */
export function usage(pids = []) {
  const all = ['self', ...pids]
  const sum = (ask) => all.reduce((total, pid) => total + ask(pid), 0)
  return { cpuUs: sum(cpuUs), writtenBytes: sum(writtenBytes), rssBytes: sum(rssBytes) }
}

/** User and system time; a tick of the kernel's is 10 ms, so this process is asked more precisely. */
function cpuUs(pid) {
  if (pid === 'self') {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  const fields = read(pid, 'stat').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** What was sent to the disk; the file system's own journal is not in it. */
function writtenBytes(pid) {
  return Number(/^write_bytes: (\d+)/m.exec(read(pid, 'io'))?.[1] ?? NaN)
}

function rssBytes(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, 'status'))?.[1] ?? NaN) * 1_024
}

function read(pid, name) {
  return readFileSync(`/proc/${pid}/${name}`, 'utf8')
}
