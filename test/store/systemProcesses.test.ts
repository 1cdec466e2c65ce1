import type * as fs from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import type { Processes } from '../../src/store/fs/processes.ts'

/** What a kernel tells of its processes. */
interface Kernel {
  /** What stands in its files, and where its links lead. */
  readonly files?: Readonly<Record<string, string>>
  /** What it answers to a signal to another process; default: there is none. */
  readonly signals?: Readonly<Record<number, 'delivered' | 'EPERM'>>
}

const bootFile = '/proc/sys/kernel/random/boot_id'
const containerLink = '/proc/self/ns/pid'

/** What the kernel tells of one process. */
const statOf = (state: string, startedAt: string) => `7 (a) S b) ${state} ${'1 '.repeat(18)}${startedAt} 5 6\n`

/** The processes of a machine on which none was asked for before. */
async function processesUnder({ files = {}, signals = {} }: Kernel): Promise<Processes> {
  const read = (path: string) => {
    const found = files[path]
    if (found === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
    return found
  }
  vi.resetModules()
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof fs>()),
    readFileSync: read,
    readlinkSync: read,
  }))
  vi.spyOn(process, 'kill').mockImplementation((pid) => {
    const answer = signals[pid] ?? 'ESRCH'
    if (answer === 'delivered') return true
    throw Object.assign(new Error(answer), { code: answer })
  })
  const { systemProcesses } = await import('../../src/store/fs/processes.ts')
  return systemProcesses
}

afterEach(() => {
  vi.doUnmock('node:fs')
  vi.resetModules()
  vi.restoreAllMocks()
})

const linux = {
  [bootFile]: 'this-boot\n',
  [containerLink]: 'pid:[1]',
  [`/proc/${process.pid}/stat`]: statOf('R', '300'),
}
const here = { boot: 'this-boot', container: 'pid:[1]' }

it('a process is told from others with the same pid by its start, its boot and its container', async () => {
  const { self } = await processesUnder({ files: linux })
  expect(self()).toStrictEqual({ pid: process.pid, startedAt: '300', ...here })
})

it('what a system does not tell of a process is left out', async () => {
  const { self } = await processesUnder({})
  expect(self()).toStrictEqual({ pid: process.pid })
})

it('a process of another boot is gone, and of one that is not known nothing is known', async () => {
  const { fateOf } = await processesUnder({ files: linux })
  expect(fateOf({ pid: process.pid, ...here, boot: 'another-boot' })).toBe('gone')
  expect(fateOf({ pid: process.pid, container: here.container })).toBe('unknown')
  const elsewhere = await processesUnder({ signals: { 7: 'delivered' } })
  expect(elsewhere.fateOf({ pid: 7, ...here })).toBe('unknown')
})

it('nothing is known of a process in another container', async () => {
  const { fateOf } = await processesUnder({ files: linux })
  expect(fateOf({ pid: process.pid, ...here, container: 'pid:[2]' })).toBe('unknown')
  expect(fateOf({ pid: process.pid, boot: here.boot })).toBe('unknown')
})

it.each([
  { is: 'runs', state: 'S', now: '300', fate: 'running' },
  { is: 'has left its pid to another', state: 'S', now: '301', fate: 'gone' },
  { is: 'only waits to be collected', state: 'Z', now: '300', fate: 'gone' },
  { is: 'is being removed', state: 'X', now: '300', fate: 'gone' },
])('a process that $is is $fate', async ({ state, now, fate }) => {
  const { fateOf } = await processesUnder({ files: { ...linux, '/proc/7/stat': statOf(state, now) } })
  expect(fateOf({ pid: 7, startedAt: '300', ...here })).toBe(fate)
})

it('a process whose start is not known is gone when nobody has its pid, or only one who waits to be collected', async () => {
  const files = { ...linux, '/proc/7/stat': statOf('S', '300'), '/proc/8/stat': statOf('Z', '300') }
  const { fateOf } = await processesUnder({ files })
  expect([7, 8, 9].map((pid) => fateOf({ pid, ...here }))).toEqual(['running', 'gone', 'gone'])
})

it('where the system tells nothing, a process runs if it takes a signal or belongs to somebody else', async () => {
  const { fateOf } = await processesUnder({ signals: { 7: 'delivered', 8: 'EPERM' } })
  expect([7, 8, 9].map((pid) => fateOf({ pid }))).toEqual(['running', 'running', 'gone'])
})
