import { OutboxError } from '../../errors.ts'
import type { Lease, Store } from '../../store/contract.ts'
import type { StoreMethod } from '../faultyStore.ts'
import type { ArmedFault } from './faults.ts'
import { errorOf } from './faults.ts'
import type { LeaseBook } from './leaseBook.ts'

/** A lease in the hands of a context, which may not know yet that it has lost it. */
export interface HeldLease {
  readonly epoch: number
  isLost: boolean
  isTold: boolean
  isReleased: boolean
}

/** The store as one context has it: with faults, with an end, and with a lease that can be taken from it. */
export interface ContextStore extends Store {
  arm(fault: ArmedFault): void
  /** Ends every fault, and lets the calls go on that hang. */
  mend(): void
  /** From now on nothing of this context reaches the store; its lease is free after so many ms. */
  cutOff(freeAfterMs: number): void
  /** Takes the lease away; the context hears of it after so many ms. False when it has none. */
  loseLease(tellAfterMs: number): boolean
  held(): HeldLease | undefined
  /** Calls that are not answered yet, but for a place in line. */
  open(): number
  /** When a fault last had its way, by the count of all that is observed. */
  faultAt(): number
  /** Whether a fault ever kept what is paused or held from being told. */
  missedControl(): boolean
  /** The last read: when it was begun and when it ended; still under way without an end. */
  lastRead(): { readonly begunAt: number; readonly endedAt?: number } | undefined
}

export function createContextStore(
  store: Store,
  deps: {
    readonly later: (ms: number) => Promise<void>
    /** Counts what is observed. */
    readonly order: () => number
    readonly leases: LeaseBook
    /** A fault ends the context. */
    readonly onCrash: () => void
    readonly onCorrupt: (id: string) => void
  },
): ContextStore {
  const { later, order, leases } = deps
  const faults = new Map<StoreMethod, ArmedFault>()
  const hanging = new Set<() => void>()
  const unwatchers = new Set<() => void>()
  const ended = new AbortController()
  let open = 0
  let faultAt = 0
  let hasMissedControl = false
  let held: (HeldLease & { lose(tellAfterMs: number): void }) | undefined
  let lastRead: { readonly begunAt: number; readonly endedAt?: number } | undefined

  function mustLive(): void {
    if (ended.signal.aborted) throw new OutboxError('OUTBOX_STORE', 'this context is gone')
  }

  function take(method: StoreMethod): ArmedFault | undefined {
    const fault = faults.get(method)
    if (fault === undefined) return undefined
    if (fault.calls > 1) faults.set(method, { ...fault, calls: fault.calls - 1 })
    else faults.delete(method)
    return fault
  }

  async function call<T>(method: StoreMethod, real: () => Promise<T>): Promise<T> {
    mustLive()
    open += method === 'lease' ? 0 : 1
    const fault = take(method)
    if (fault !== undefined && (method === 'control' || method === 'setControl')) hasMissedControl = true
    try {
      const answer = fault === undefined ? await real() : await meet(fault, real)
      mustLive()
      return answer
    } finally {
      open -= method === 'lease' ? 0 : 1
      if (fault !== undefined) faultAt = order()
    }
  }

  async function meet<T>(fault: ArmedFault, real: () => Promise<T>): Promise<T> {
    const crash = () => {
      deps.onCrash()
      mustLive()
    }
    switch (fault.kind) {
      case 'rejects':
      case 'full':
        throw errorOf(fault)
      case 'losesAnswer':
        await real()
        throw errorOf(fault)
      case 'slow':
      case 'hangs':
        await (fault.kind === 'slow' ? later(fault.ms) : hang())
        mustLive()
        return real()
      case 'slowToAnswer': {
        const answer = await real()
        await later(fault.ms)
        return answer
      }
      case 'losesLease':
        held?.lose(fault.ms)
        return real()
      case 'crashesBefore':
        crash()
        return real()
      case 'crashesAfter': {
        const answer = await real()
        crash()
        return answer
      }
      case 'corrupt':
        return damaged(await real())
    }
  }

  const hang = () => new Promise<void>((resolve) => hanging.add(resolve))

  /** Of the first entry, what is no JSON any more; anything else as it was. */
  function damaged<T>(answer: T): T {
    if (!Array.isArray(answer) || answer.length === 0) return answer
    const [first, ...others] = answer as readonly { readonly id: string; readonly body: string }[]
    if (first === undefined) return answer
    deps.onCorrupt(first.id)
    return [{ ...first, body: `\0${first.body}` }, ...others] as T
  }

  function letGo(): void {
    for (const resume of hanging) resume()
    hanging.clear()
  }

  function hold(lease: Lease): Lease {
    const loss = new AbortController()
    const own: NonNullable<typeof held> = {
      epoch: lease.epoch,
      isLost: false,
      isTold: false,
      isReleased: false,
      lose(tellAfterMs) {
        own.isLost = true
        leases.ended(lease.epoch)
        void lease.release()
        if (tellAfterMs === 0) tell()
        else void later(tellAfterMs).then(tell)
      },
    }
    const tell = () => {
      own.isTold = true
      if (!ended.signal.aborted) loss.abort()
    }
    held = own
    leases.granted(lease.epoch)
    lease.lost.addEventListener('abort', () => own.lose(0), { once: true })
    return {
      epoch: lease.epoch,
      lost: loss.signal,
      async release() {
        if (own.isReleased || ended.signal.aborted) return
        own.isReleased = true
        leases.ended(lease.epoch)
        await lease.release()
      },
    }
  }

  async function queue(signal: AbortSignal): Promise<Lease> {
    const lease = await store.lease(AbortSignal.any([signal, ended.signal]))
    if (ended.signal.aborted) await lease.release()
    mustLive()
    return hold(lease)
  }

  async function read(range: Parameters<Store['read']>[0]): ReturnType<Store['read']> {
    const begunAt = order()
    lastRead = { begunAt }
    try {
      return await call('read', () => store.read(range))
    } finally {
      lastRead = { begunAt, endedAt: order() }
    }
  }

  return {
    durability: store.durability,
    append: (drafts) => call('append', () => store.append(drafts)),
    read,
    settle: (settlements, lease) => call('settle', () => store.settle(settlements, lease)),
    counts: () => call('counts', () => store.counts()),
    control: () => call('control', () => store.control()),
    setControl: (patch) => call('setControl', () => store.setControl(patch)),
    readDead: (range) => call('readDead', () => store.readDead(range)),
    requeue: (requeues, at) => call('requeue', () => store.requeue(requeues, at)),
    discard: (ids) => call('discard', () => store.discard(ids)),
    cancel: (ids) => call('cancel', () => store.cancel(ids)),
    readAudit: (range) => call('readAudit', () => store.readAudit(range)),
    lease: (signal) => call('lease', () => queue(signal)),
    watch(onChange) {
      const unwatch = store.watch(onChange)
      unwatchers.add(unwatch)
      return unwatch
    },
    announce: (news) => (ended.signal.aborted ? undefined : store.announce?.(news)),
    async close() {
      held?.lose(0)
    },
    destroy: () => call('destroy', () => store.destroy()),
    arm: (fault) => faults.set(fault.method, fault),
    mend() {
      faults.clear()
      letGo()
    },
    cutOff(freeAfterMs) {
      ended.abort()
      for (const unwatch of unwatchers) unwatch()
      letGo()
      const last = held
      if (last !== undefined) void later(freeAfterMs).then(() => last.lose(0))
    },
    loseLease(tellAfterMs) {
      if (held === undefined || held.isLost || held.isReleased) return false
      held.lose(tellAfterMs)
      return true
    },
    held: () => held,
    open: () => open,
    faultAt: () => faultAt,
    missedControl: () => hasMissedControl,
    lastRead: () => lastRead,
  }
}
