import type { Entry } from '../entry.ts'
import type { Push, PushContext } from '../push/contract.ts'

/** One call of a scripted push. */
export interface PushCall<P> extends PushContext {
  readonly entry: Entry<P>
}

/**
 * What a call comes to: an error is thrown, a function is called as a push is, and anything else is what the push resolves to.
 * `hang` is such a function.
 */
export type PushStep<P> = Error | Push<P> | string | number | boolean | object | null | undefined

/** A push that follows a script, with what it was called with. */
export interface ScriptedPush<P> extends Push<P> {
  /** In the order in which they began. */
  readonly calls: readonly PushCall<P>[]
  /** Resolves when so many calls have begun, counted from the first. */
  called(count: number): Promise<void>
}

/**
 * A push for tests: call by call it does what `script` says, and after the last step it takes everything. A function in place of
 * the list is called each time.
 */
export function scriptedPush<P>(script: readonly PushStep<P>[] | Push<P> = []): ScriptedPush<P> {
  const calls: PushCall<P>[] = []
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()

  async function push(entry: Entry<P>, context: PushContext): Promise<unknown> {
    const step = typeof script === 'function' ? script : script[calls.length]
    const { signal, attempt } = context
    calls.push({ entry, signal, attempt })
    for (const waiter of waiting) {
      if (calls.length < waiter.count) continue
      waiting.delete(waiter)
      waiter.resolve()
    }
    if (step instanceof Error) throw step
    return typeof step === 'function' ? (step as Push<P>)(entry, context) : step
  }

  return Object.assign(push, {
    calls,
    called: (count: number) =>
      new Promise<void>((resolve) => {
        if (calls.length >= count) resolve()
        else waiting.add({ count, resolve })
      }),
  })
}

/** A step of a script that answers nothing until the outbox ends the try: by timeout, by `stop`, or because the lease is lost. */
export const hang: Push<unknown> = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    const end = () => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
