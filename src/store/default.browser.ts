import { OutboxError } from '../errors.ts'
import type { Store } from './contract.ts'

/**
 * The platform's own store where there is no file system.
 * @throws OutboxError `OUTBOX_NO_STORE`
 */
export function defaultStore({ name }: { readonly name: string; readonly auditLimit?: number }): Store {
  throw new OutboxError(
    'OUTBOX_NO_STORE',
    `this platform has no store for the outbox "${name}": give the option \`store\``,
  )
}
