// `npm run example:web`: builds the page, and serves it together with its API.
import { resolve } from 'node:path'
import { buildPage } from './build.ts'
import { readPage } from './server/files.ts'
import { startNotesServer } from './server/notesServer.ts'

const root = resolve('examples/web')
const outDir = resolve(root, 'dist')

await buildPage({ root, outDir })
const { url } = await startNotesServer(await readPage(outDir), { port: Number(process.env['PORT'] ?? 8787) })
console.log(`Paperboat is at ${url} (Ctrl+C ends it; its notes are kept in memory only)`)
