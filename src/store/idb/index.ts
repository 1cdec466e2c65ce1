import { OutboxError } from '../../errors.ts'
import { checkAuditLimit, defaultAuditLimit } from '../checks.ts'
import type { Store } from '../contract.ts'
import { createIdbStore } from './store.ts'

/** What `idbStore` can be told. */
export interface IdbStoreOptions {
  /** Names database, lock and channel: outboxes of one name share their entries, in every tab and worker of the origin. */
  readonly name: string
  /**
   * What an append waits for: `strict` (default) for the disk, `relaxed` for the operating system, which a loss of power can
   * empty. A settlement is always relaxed: what it loses is pushed again.
   */
  readonly durability?: 'strict' | 'relaxed'
  /** How many audit records are kept at least; an integer >= 0, default 1,000. */
  readonly auditLimit?: number
}

/**
 * A store in IndexedDB, for pages and workers: every tab of the origin may append, and one at a time drains.
 * @throws OutboxError `OUTBOX_OPTION`
 */
export function idbStore(options: IdbStoreOptions): Store {
  const { name, durability = 'strict', auditLimit = defaultAuditLimit, ...rest } = options
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw badOption(unknown, 'is not an option of idbStore', Object.entries(rest)[0]?.[1])
  if (typeof name !== 'string' || name === '' || name.length > 128) {
    throw badOption('name', 'must be a text of 1 to 128 characters', name)
  }
  if (durability !== 'strict' && durability !== 'relaxed') {
    throw badOption('durability', "must be 'strict' or 'relaxed'", durability)
  }
  checkAuditLimit(auditLimit)
  return createIdbStore(`xstate-outbox/${name}`, durability, auditLimit)
}

function badOption(name: string, rule: string, got: unknown): OutboxError {
  const shown = typeof got === 'string' ? JSON.stringify(got) : String(got)
  return new OutboxError('OUTBOX_OPTION', `\`${name}\` ${rule}, got ${shown}`)
}
