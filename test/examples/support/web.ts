import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { buildPage } from '../../../examples/web/build.ts'
import type { PageFiles } from '../../../examples/web/server/files.ts'
import { readPage } from '../../../examples/web/server/files.ts'
import type { NotesServer } from '../../../examples/web/server/notesServer.ts'
import { startNotesServer } from '../../../examples/web/server/notesServer.ts'
import type { RealBrowser } from '../../browser/support/browser.ts'
import { makeProfile, startBrowser } from '../../browser/support/browser.ts'

const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The page, built of the sources as they are. */
export async function buildNotesPage(): Promise<PageFiles> {
  const outDir = await mkdtemp(join(tmpdir(), 'xstate-outbox-web-'))
  try {
    await buildPage({
      root: source('examples/web'),
      outDir,
      resolve: {
        alias: [
          { find: /^xstate-outbox$/, replacement: source('src/index.ts') },
          { find: /^xstate-outbox\/http$/, replacement: source('src/push/http.ts') },
          { find: /^xstate-outbox\/idb$/, replacement: source('src/store/idb/index.ts') },
          { find: /^xstate-outbox\/service-worker$/, replacement: source('src/serviceWorker.ts') },
          { find: /^#default-store$/, replacement: source('src/store/default.browser.ts') },
        ],
      },
    })
    return await readPage(outDir)
  } finally {
    await rm(outDir, { recursive: true })
  }
}

/** A server with the page, and a browser with a fresh profile. */
export interface Stage extends AsyncDisposable {
  readonly server: NotesServer
  readonly browser: RealBrowser
  /** A tab with the app. */
  open(): Promise<Page>
  /** A tab in which somebody has signed in, once the page can be opened without a connection. */
  openAs(name: string): Promise<Page>
}

export async function setStage(files: PageFiles, options: { readonly slowMs?: number } = {}): Promise<Stage> {
  const server = await startNotesServer(files, options)
  const profile = await makeProfile()
  const browser = await startBrowser(profile)

  async function open(): Promise<Page> {
    const page = await browser.context.newPage()
    await page.goto(server.url)
    return page
  }

  return {
    server,
    browser,
    open,
    async openAs(name) {
      const page = await open()
      await page.getByRole('button', { name }).click()
      await page.getByRole('heading', { name: 'Journal' }).waitFor()
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready
      })
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]()
      await profile[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}
