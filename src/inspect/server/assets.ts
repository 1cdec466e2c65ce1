import { readFile } from 'node:fs/promises'

/** What a browser is told with every answer: to run and load what comes from here alone, to keep nothing, to be framed by nobody. */
export const safeHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Outbox inspector</title>
<link rel="icon" href="/icon.svg">
<script type="module" src="/start.js"></script>
<body>
</html>
`

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M8 18h4l2 3h4l2-3h4M8 18l3-8h10l3 8v5H8z" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>`

const start = `import { startPage } from '/inspectorPage.js'\nstartPage()\n`

/** A file of the page. */
export interface Asset {
  readonly type: string
  body(): string | Promise<string>
}

/** The files of the page by their paths. None holds anything about the outbox. */
export const assets: ReadonlyMap<string, Asset> = new Map<string, Asset>([
  ['/', { type: 'text/html; charset=utf-8', body: () => html }],
  ['/icon.svg', { type: 'image/svg+xml', body: () => icon }],
  ['/start.js', { type: 'text/javascript; charset=utf-8', body: () => start }],
  // One file, bundled when the package is built.
  [
    '/inspectorPage.js',
    {
      type: 'text/javascript; charset=utf-8',
      body: () => readFile(new URL('../page/inspectorPage.js', import.meta.url), 'utf8'),
    },
  ],
])
