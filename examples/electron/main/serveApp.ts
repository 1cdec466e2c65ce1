import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { origin } from '../bridge.ts'
import type { Remote } from './remote.ts'

/** The files of a page; everything else is not found, whatever the path says. */
const files: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/renderer.js': 'renderer.js',
  '/renderer.css': 'renderer.css',
  '/icon.svg': 'icon.svg',
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Whether a request is for the app's own origin. */
export function isOurs(url: string): boolean {
  return new URL(url).origin === origin
}

/** Answers requests of the pages: their files from the folder, `/api/` from the remote. */
export function serveApp(folder: string, remote: Remote): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/api/')) return remote.answer(request)
    const name = files[pathname]
    if (name === undefined) return new Response(null, { status: 404 })
    return new Response(await readFile(join(folder, name)), {
      headers: {
        'content-type': types[extname(name)] ?? 'application/octet-stream',
        'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'",
      },
    })
  }
}
