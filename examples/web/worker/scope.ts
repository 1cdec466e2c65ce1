import type { SyncScope } from 'xstate-outbox/service-worker'

/** An event that the browser waits for. */
interface Extendable {
  waitUntil(work: Promise<unknown>): void
}

/** A request of the page, which the worker may answer. */
export interface FetchLike {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

interface Listen {
  (type: 'install' | 'activate', listener: (event: Extendable) => void): void
  (type: 'fetch', listener: (event: FetchLike) => void): void
}

/** As much of a service worker's scope as is used here: the types of a page do not have it. */
export interface WorkerScope {
  readonly addEventListener: Listen & SyncScope['addEventListener']
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
}
