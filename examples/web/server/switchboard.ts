import type { Change, ServerState, Trouble } from '../protocol.ts'
import { troubles } from '../protocol.ts'

/** How the server misbehaves, for whoever wants to see what the page makes of it. */
export interface Switchboard {
  readonly trouble: Trouble
  readonly refusesCoffee: boolean
  /** Sets what is given, as far as it makes sense. */
  set(given: unknown): void
}

export function createSwitchboard(): Switchboard {
  let trouble: Trouble = 'none'
  let refusesCoffee = false
  return {
    get trouble() {
      return trouble
    },
    get refusesCoffee() {
      return refusesCoffee
    },
    set(given) {
      const asked = (given ?? {}) as Partial<Record<keyof ServerState, unknown>>
      trouble = troubles.find((name) => name === asked.trouble) ?? trouble
      if (typeof asked.refusesCoffee === 'boolean') refusesCoffee = asked.refusesCoffee
    },
  }
}

/** Whether a change says anything about coffee. */
export function mentionsCoffee(change: Change): boolean {
  if (change.kind === 'removeNote') return false
  return /coffee/i.test(change.kind === 'addNotebook' ? change.name : change.text)
}
