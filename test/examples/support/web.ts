import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { buildPage } from '../../../examples/web/build.ts'
import type { Change } from '../../../examples/web/protocol.ts'
import type { PageFiles } from '../../../examples/web/server/files.ts'
import { readPage } from '../../../examples/web/server/files.ts'
import type { NotesServer } from '../../../examples/web/server/notesServer.ts'
import { startNotesServer } from '../../../examples/web/server/notesServer.ts'
import type { RealBrowser } from '../../browser/support/browser.ts'
import { makeProfile, startBrowser } from '../../browser/support/browser.ts'
import type { Gate } from './gate.ts'
import { createGate } from './gate.ts'
import type { Visitor } from './visitor.ts'
import { visitorOf } from './visitor.ts'

const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The page, built of the sources as they are. */
export async function buildNotesPage(): Promise<PageFiles> {
  const outDir = await mkdtemp(join(tmpdir(), 'xstate-outbox-web-'))
  const environment = process.env['NODE_ENV']
  // As for visitors: otherwise Vite takes the runner's word, and builds React for its developers.
  process.env['NODE_ENV'] = 'production'
  try {
    await buildPage({
      root: source('examples/web'),
      outDir,
      resolve: {
        alias: [
          { find: /^xstate-outbox$/, replacement: source('src/index.ts') },
          { find: /^xstate-outbox\/http$/, replacement: source('src/push/http.ts') },
          { find: /^xstate-outbox\/idb$/, replacement: source('src/store/idb/index.ts') },
          { find: /^xstate-outbox\/persistence$/, replacement: source('src/persistence.ts') },
          { find: /^xstate-outbox\/service-worker$/, replacement: source('src/serviceWorker.ts') },
          { find: /^#default-store$/, replacement: source('src/store/default.browser.ts') },
        ],
      },
    })
    return await readPage(outDir)
  } finally {
    process.env['NODE_ENV'] = environment
    await rm(outDir, { recursive: true })
  }
}

/** A server with the page, and a browser with a fresh profile. */
export interface Stage extends AsyncDisposable {
  readonly server: NotesServer
  readonly browser: RealBrowser
  /** What the changes wait for while the server is slow. */
  readonly gate: Gate
  /** A tab with the app. */
  open(): Promise<Page>
  /** A tab in which somebody has signed in; the page can be opened without a connection. */
  openAs(name: string): Promise<Visitor>
  /** Kills the browser, and starts it anew with what it has on the disk. */
  restartBrowser(): Promise<void>
  /** The changes about each note, in the order in which the server took them: texts, or `removed`. */
  takenByNote(): ReadonlyMap<string, readonly string[]>
}

export async function setStage(files: PageFiles): Promise<Stage> {
  const gate = createGate()
  const server = await startNotesServer(files, { slow: gate.pass })
  const profile = await makeProfile()
  let browser = await startBrowser(profile)

  async function open(): Promise<Page> {
    const page = await browser.context.newPage()
    await page.goto(server.url)
    return page
  }

  return {
    server,
    gate,
    get browser() {
      return browser
    },
    open,
    async openAs(name) {
      const visitor = visitorOf(await open())
      await visitor.signIn(name)
      await visitor.reads('Everything is saved')
      await visitor.page.evaluate(async () => {
        await navigator.serviceWorker.ready
      })
      return visitor
    },
    async restartBrowser() {
      await browser[Symbol.asyncDispose]()
      browser = await startBrowser(profile)
    },
    takenByNote() {
      const byNote = new Map<string, string[]>()
      for (const { change } of server.library.taken) {
        if (change.kind === 'addNotebook') continue
        byNote.set(change.noteId, [...(byNote.get(change.noteId) ?? []), textOf(change)])
      }
      return byNote
    },
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]()
      await profile[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

function textOf(change: Exclude<Change, { readonly kind: 'addNotebook' }>): string {
  return change.kind === 'saveNote' ? change.text : 'removed'
}
