import type { Outbox } from './createOutbox.ts'

/** As much of a service worker's scope as is needed. */
export interface SyncScope {
  addEventListener(type: 'sync', listener: (event: SyncEventLike) => void): void
}

interface SyncEventLike {
  readonly tag?: string
  waitUntil?(work: Promise<unknown>): void
}

/** The tag that page and worker agree on, unless told otherwise. */
const defaultTag = 'xstate-outbox'

/**
 * In a service worker: drains the outbox when the browser says that there is a connection, also when every page is gone. Page and
 * worker use the same name, so they share store and lock, and never push at once. What is left makes the sync event fail, and the
 * browser fires it again later; a worker that dies midway is started anew by it.
 * @param makeOutbox - makes the outbox for one event; it is stopped afterwards.
 * @see Web Background Synchronization, "sync event"
 */
export function drainOnSync<P>(
  scope: SyncScope,
  makeOutbox: () => Outbox<P>,
  { tag = defaultTag }: { readonly tag?: string } = {},
): void {
  scope.addEventListener('sync', (event) => {
    if (event.tag === tag) event.waitUntil?.(drainOnce(makeOutbox))
  })
}

async function drainOnce<P>(makeOutbox: () => Outbox<P>): Promise<void> {
  const outbox = makeOutbox()
  try {
    const { outcome, pending } = await outbox.flush()
    // In standby a page is draining: that is what was wanted.
    if (outcome === 'waiting' || outcome === 'offline') throw new Error(`${pending} entries wait: ${outbox.explain()}`)
  } finally {
    await outbox.stop()
  }
}

/**
 * In a page: asks the browser for a sync event whenever something has been enqueued, so that it is pushed even if the page is closed
 * first. Does nothing where there is no Background Sync: there, entries go at the next visit.
 * @returns what ends that.
 */
export function syncWhenClosed<P>(outbox: Outbox<P>, { tag = defaultTag }: { readonly tag?: string } = {}): () => void {
  const subscription = outbox.on('enqueued', () => void registerSync(tag))
  return () => subscription.unsubscribe()
}

async function registerSync(tag: string): Promise<void> {
  try {
    const registration: unknown = await globalThis.navigator?.serviceWorker?.ready
    const { sync } = registration as { readonly sync?: { register(tag: string): Promise<void> } }
    await sync?.register(tag)
  } catch {
    // Refused, for instance by the user's settings: the entry is kept, and goes at the next visit.
  }
}
