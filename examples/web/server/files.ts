import { readFile, readdir } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A file of the page, ready to be sent. */
interface PageFile {
  readonly body: Buffer
  readonly gzipped: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** The files of the built page, by the path of each. */
export type PageFiles = ReadonlyMap<string, PageFile>

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** Nothing comes from another host, and nobody else shows the page. */
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

/** Reads a built page once; there is little of it. */
export async function readPage(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const url = `/${relative(folder, path).split(sep).join('/')}`
    const body = await readFile(path)
    files.set(url, { body, gzipped: gzipSync(body), headers: headersFor(url) })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`there is no built page in ${folder}`)
  return files.set('/', index)
}

function headersFor(url: string): Readonly<Record<string, string>> {
  return {
    'content-type': types[extname(url)] ?? 'application/octet-stream',
    // The names of assets change with what is in them.
    'cache-control': url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
  }
}

export function serveFile(files: PageFiles, request: IncomingMessage, response: ServerResponse): void {
  const file = files.get(new URL(request.url ?? '/', 'http://page.invalid').pathname)
  if (file === undefined) return void response.writeHead(404).end()
  const isGzipped = String(request.headers['accept-encoding']).includes('gzip')
  response.writeHead(200, { ...file.headers, ...(isGzipped && { 'content-encoding': 'gzip' }) })
  response.end(isGzipped ? file.gzipped : file.body)
}
