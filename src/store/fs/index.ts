import { OutboxError } from '../../errors.ts'
import { checkAuditLimit, defaultAuditLimit } from '../checks.ts'
import type { Store } from '../contract.ts'
import { defaultSettings } from './settings.ts'
import { createFsStore } from './store.ts'

/** What `fsStore` can be told. */
export interface FsStoreOptions {
  /** Where the files go; made when it is first needed. One outbox per directory, on a local disk. */
  readonly directory: string
  /**
   * What a settlement waits for: `os` (default) survives a crash of the process, and reaches the disk within a second or when
   * nothing is pending; `sync` waits for the disk each time. An append always waits for the disk.
   */
  readonly ack?: 'os' | 'sync'
  /** How many audit records are kept at least; an integer >= 0, default 1,000. */
  readonly auditLimit?: number
}

/**
 * A store in files, for Node: several processes may append and wait for the lease on one directory.
 * @throws OutboxError `OUTBOX_OPTION`
 */
export function fsStore(options: FsStoreOptions): Store {
  const { directory, ack = 'os', auditLimit = defaultAuditLimit, ...rest } = options
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw badOption(unknown, 'is not an option of fsStore', Object.entries(rest)[0]?.[1])
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw badOption('directory', 'must be a path that is not empty', directory)
  }
  if (ack !== 'os' && ack !== 'sync') throw badOption('ack', "must be 'os' or 'sync'", ack)
  checkAuditLimit(auditLimit)
  return createFsStore(directory, { ...defaultSettings, ack, auditLimit })
}

function badOption(name: string, rule: string, got: unknown): OutboxError {
  const shown = typeof got === 'string' ? JSON.stringify(got) : String(got)
  return new OutboxError('OUTBOX_OPTION', `\`${name}\` ${rule}, got ${shown}`)
}
