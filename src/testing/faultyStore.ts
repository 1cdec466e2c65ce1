import type { Store } from '../store/contract.ts'

/** The name of a method of `Store`. */
export type StoreMethod = Exclude<keyof Store, 'durability'>

type Method<M extends StoreMethod> = Required<Store>[M]

/**
 * What happens instead of a call: `real` makes the call after all, and may be called at any moment, or never. What the fault answers
 * is what the caller gets.
 */
export type Fault<M extends StoreMethod> = (real: () => ReturnType<Method<M>>, args: Parameters<Method<M>>) => unknown

/** A store in front of another one, with faults. */
export interface FaultyStore extends Store {
  /** Set one, and the next call of that method meets it; delete it, and calls go through again. */
  readonly faults: { [M in StoreMethod]?: Fault<M> }
  /** The methods that were called, in order, also those that met a fault. */
  readonly calls: readonly StoreMethod[]
}

/**
 * A store that does what `inner` does, except for the faults that a test sets:
 * `store.faults.append = async () => { throw new OutboxError('OUTBOX_QUOTA', 'the disk is full') }`.
 */
export function faultyStore(inner: Store): FaultyStore {
  const faults: FaultyStore['faults'] = {}
  const calls: StoreMethod[] = []
  return new Proxy(inner, {
    get(target, key) {
      if (key === 'faults') return faults
      if (key === 'calls') return calls
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const method = key as StoreMethod
      return (...args: never[]) => {
        calls.push(method)
        const real = () => Reflect.apply(value, target, args) as never
        const fault = faults[method] as ((call: typeof real, args: never) => unknown) | undefined
        return fault === undefined ? real() : fault(real, args as never)
      }
    },
  }) as FaultyStore
}
