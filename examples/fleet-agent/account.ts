import type { Work } from './agent.ts'
import type { AgentAccount, Chronicle } from './chronicle.ts'
import type { FleetServer } from './server.ts'

/** Whether everything that was promised came true, with the sum of each promise. */
export interface Account {
  readonly addsUp: boolean
  readonly lines: readonly string[]
}

/** Adds up what was enqueued, by what the agent acknowledged, against what the server has and what the agent still has. */
export function accountOf(
  work: readonly Work[],
  chronicle: Chronicle,
  server: FleetServer,
  agent: AgentAccount,
): Account {
  const enqueued = chronicle.changes.flatMap(({ who, what, id }) =>
    who === 'agent' && what === 'enqueued' && id !== undefined ? [id] : [],
  )
  const { taken } = server
  const { waiting, dead, synced, lastSyncAt } = agent
  const kills = chronicle.count('demo', 'killed')
  const repeats = server.repeats()
  const missing = enqueued.filter((id) => ![...taken, ...dead, ...waiting].includes(id))
  const expected = enqueued.filter((id) => taken.includes(id))
  const delivered = work
    .filter(({ id }) => taken.includes(id))
    .flatMap(({ dispatches }) => dispatches.map(({ id }) => id))
  const unmarked = delivered.filter((id) => !synced.includes(id))

  const checks: readonly (readonly [boolean, string])[] = [
    [
      enqueued.length === taken.length + dead.length + waiting.length && missing.length === 0,
      `enqueued ${enqueued.length} = delivered ${taken.length} + dead ${dead.length} + waiting ${waiting.length}${listed('; missing', missing)}`,
    ],
    [repeats <= kills, `repeats ${repeats} <= kills ${kills}`],
    [taken.join() === expected.join(), 'order: delivered as enqueued'],
    [
      unmarked.length === 0 && lastSyncAt !== undefined,
      `ledger: each of ${delivered.length} delivered dispatches is marked${listed('; not', unmarked)}`,
    ],
  ]
  const addsUp = checks.every(([holds]) => holds)
  const lines = checks.map(([holds, text]) => `${holds ? 'yes' : 'NO '}  ${text}`)
  return { addsUp, lines: [...lines, addsUp ? 'The account adds up.' : 'The account does not add up.'] }
}

function listed(title: string, ids: readonly string[]): string {
  return ids.length === 0 ? '' : `${title}: ${ids.join(', ')}`
}
