import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** What the figures were measured on, without naming it. */
export function describeMachine() {
  const all = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${all.length} cores (${all[0]?.model.trim()}), ${memory} GB of memory, Linux ${release()}, ${fileSystem()}, Node ${process.version}`
}

function fileSystem() {
  try {
    const [, type] = execFileSync('df', ['--output=source,fstype', process.env.BENCH_DIRECTORY ?? '/tmp'], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .at(-1)
      .split(/\s+/)
    return type
  } catch {
    return 'unknown file system'
  }
}

/** The versions of everything that was installed, and of the servers. */
export function versionsOf() {
  const { dependencies } = read('../package.json')
  const versions = { 'xstate-outbox': read('../../package.json').version, ...dependencies }
  for (const [command, argument] of [
    ['redis-server', '--version'],
    ['nats-server', '--version'],
  ]) {
    try {
      versions[command] =
        /\d+\.\d+\.\d+/.exec(execFileSync(command, [argument], { encoding: 'utf8' }))?.[0] ?? 'unknown'
    } catch {
      versions[command] = 'not installed'
    }
  }
  return versions
}

function read(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
