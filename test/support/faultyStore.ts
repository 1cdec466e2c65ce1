import type { Store } from '../../src/index.ts'

type Method = { [K in keyof Store]: Store[K] extends (...args: never[]) => unknown ? K : never }[keyof Store]

/** A store in front of another one; a fault set for a method is called instead of it, with the real call at hand. */
export interface FaultyStore extends Store {
  readonly faults: Partial<Record<Method, (real: () => unknown, args: readonly unknown[]) => unknown>>
  readonly calls: Method[]
}

export function faultyStore(inner: Store): FaultyStore {
  const faults: FaultyStore['faults'] = {}
  const calls: Method[] = []
  return new Proxy(inner, {
    get(target, key) {
      if (key === 'faults') return faults
      if (key === 'calls') return calls
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const method = key as Method
      return (...args: unknown[]) => {
        calls.push(method)
        const real = () => Reflect.apply(value, target, args) as unknown
        const fault = faults[method]
        return fault === undefined ? real() : fault(real, args)
      }
    },
  }) as FaultyStore
}
