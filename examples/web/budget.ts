import type { PageFiles } from './server/files.ts'

/** What a first visit loads, by kind: bytes as built, bytes as sent, requests. */
export interface Weight {
  readonly kind: string
  readonly bytes: number
  readonly gzipped: number
  readonly requests: number
}

/** At most so much of each kind, in gzipped bytes, and so many requests at all. */
export const budget = {
  gzipped: { html: 2_000, css: 8_000, js: 160_000, 'service worker': 60_000 },
  requests: 8,
} as const

/** Weighs a built page: what its HTML names, and the service worker. */
export function weigh(files: PageFiles): readonly Weight[] {
  const html = files.get('/')?.body.toString() ?? ''
  const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path)
  return [
    total(files, 'html', ['/']),
    total(files, 'css', named.filter(isOf('css'))),
    total(files, 'js', named.filter(isOf('js'))),
    total(files, 'icons and manifest', named.filter(isOf('svg|png|webmanifest'))),
    total(files, 'service worker', ['/serviceWorker.js']),
  ]
}

const isOf = (kinds: string) => (path: string) => new RegExp(`\\.(${kinds})$`).test(path)

function total(files: PageFiles, kind: string, paths: readonly string[]): Weight {
  const found = paths.flatMap((path) => files.get(path) ?? [])
  return {
    kind,
    bytes: found.reduce((sum, { body }) => sum + body.length, 0),
    gzipped: found.reduce((sum, { gzipped }) => sum + gzipped.length, 0),
    requests: found.length,
  }
}

/** What is over the budget, in words; empty when nothing is. */
export function excess(weights: readonly Weight[]): readonly string[] {
  const limits: Readonly<Record<string, number>> = budget.gzipped
  const heavy = weights.filter(({ kind, gzipped }) => gzipped > (limits[kind] ?? Infinity))
  const requests = weights.reduce((sum, weight) => sum + weight.requests, 0)
  return [
    ...heavy.map(({ kind, gzipped }) => `${kind}: ${gzipped} bytes are more than ${limits[kind]}`),
    ...(requests > budget.requests ? [`${requests} requests are more than ${budget.requests}`] : []),
  ]
}
