import type { FetchLike, WorkerScope } from './scope.ts'

/** The files of the built page, and a name that changes with any of them. */
export interface Shell {
  readonly version: string
  readonly files: readonly string[]
}

/** Keeps the page itself on the device: after the first visit it opens without a connection. */
export function serveShell(scope: WorkerScope, { version, files }: Shell): void {
  const name = `paperboat-shell-${version}`

  async function fill(): Promise<void> {
    const cache = await caches.open(name)
    await cache.addAll(files.map((path) => new Request(path, { cache: 'reload' })))
    // At once: the page loads nothing later that an older version would still need.
    await scope.skipWaiting()
  }

  async function tidy(): Promise<void> {
    const names = await caches.keys()
    await Promise.all(names.filter((other) => other !== name).map((other) => caches.delete(other)))
    await scope.clients.claim()
  }

  async function answer({ request }: FetchLike): Promise<Response> {
    const cache = await caches.open(name)
    const path = request.mode === 'navigate' ? '/' : request.url
    return (await cache.match(path, { ignoreVary: true })) ?? fetch(request)
  }

  scope.addEventListener('install', (event) => event.waitUntil(fill()))
  scope.addEventListener('activate', (event) => event.waitUntil(tidy()))
  scope.addEventListener('fetch', (event) => {
    const { pathname } = new URL(event.request.url)
    if (event.request.mode === 'navigate' || files.includes(pathname)) event.respondWith(answer(event))
  })
}
