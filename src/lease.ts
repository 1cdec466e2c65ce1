import type { Clock } from './clock.ts'
import type { Lease, Store } from './store/contract.ts'

/** How long an outbox that has become empty keeps the lease: taking it again costs a file and two syncs. */
const leaseLingerMs = 5_000
/** How long a pass waits for a lease that nobody holds to be granted, before it calls itself standby. */
const leasePatienceMs = 100

/** Takes the right to drain when there is something to do and gives it up afterwards. */
export interface LeaseKeeper {
  /** The lease if it is held or granted at once; else undefined, and `onGranted` says when it has come. */
  take(): Promise<Lease | undefined>
  isHeld(): boolean
  /** Gives the lease up, or the place in line, after a while unless it is taken again. */
  linger(): void
  /** Forgets a lease that is lost. */
  forget(): void
  /** Waits in line; `onGranted` says when the lease has come, at once if it has. */
  standBy(): void
  /** Gives the lease up, or the place in line, now. Never rejects. */
  release(): Promise<void>
}

export function createLeaseKeeper(deps: {
  readonly openStore: () => Promise<Store>
  readonly clock: Clock
  /** A lease came after `take` had given up. */
  readonly onGranted: () => void
  readonly onLost: () => void
  /** The request for a lease failed. */
  readonly onFailed: (error: unknown) => void
}): LeaseKeeper {
  const { clock } = deps
  let held: Lease | undefined
  let line:
    | { readonly grant: Promise<Lease | undefined>; readonly leave: AbortController; isAwaited: boolean }
    | undefined
  let timer: unknown

  async function take(): Promise<Lease | undefined> {
    clock.clearTimeout(timer)
    if (held !== undefined) return held
    line ??= joinLine()
    const present = line
    present.isAwaited = true
    let patience: unknown
    const lease = await Promise.race([
      present.grant,
      new Promise<undefined>((resolve) => {
        patience = clock.setTimeout(() => resolve(undefined), leasePatienceMs)
      }),
    ])
    clock.clearTimeout(patience)
    present.isAwaited = false
    return lease
  }

  function joinLine() {
    const leave = new AbortController()
    const place = { leave, isAwaited: true, grant: wait() }
    return place

    async function wait(): Promise<Lease | undefined> {
      let lease: Lease
      try {
        const store = await deps.openStore()
        lease = await store.lease(leave.signal)
      } catch (error) {
        if (line === place) line = undefined
        if (leave.signal.aborted) return undefined
        if (place.isAwaited) throw error
        deps.onFailed(error)
        return undefined
      }
      if (line === place) line = undefined
      if (leave.signal.aborted) {
        await lease.release()
        return undefined
      }
      held = lease
      lease.lost.addEventListener('abort', () => {
        if (held !== lease) return
        held = undefined
        deps.onLost()
      })
      if (!place.isAwaited) deps.onGranted()
      return lease
    }
  }

  async function release(): Promise<void> {
    clock.clearTimeout(timer)
    line?.leave.abort()
    line = undefined
    const lease = held
    held = undefined
    await lease?.release()
  }

  function forget(): void {
    void held?.release()
    held = undefined
  }

  function standBy(): void {
    if (held !== undefined) return deps.onGranted()
    line ??= joinLine()
    line.isAwaited = false
  }

  return {
    take,
    isHeld: () => held !== undefined,
    forget,
    standBy,
    release,
    linger() {
      clock.clearTimeout(timer)
      timer = clock.setTimeout(() => void release(), leaseLingerMs)
    },
  }
}
