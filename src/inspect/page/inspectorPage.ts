import { h, render } from 'preact'
import type { InspectorSource } from '../source.ts'
import { App } from './app.ts'
import { WithoutToken } from './withoutToken.ts'
import { sourceOfServer } from './sourceOfServer.ts'
import { styles } from './styles.ts'

/** Shows a source within an element, in a shadow root: no style leaks in or out. Returns what ends it. */
export function mountSource(element: HTMLElement, source: InspectorSource): () => void {
  return mount(element, document.createElement('div'), h(App, { source }))
}

/** The page of the inspector's server: takes the token out of the address, and follows the stream. */
export function startPage(): void {
  document.body.style.margin = '0'
  const token = takeToken()
  // Where it is the whole page, it is what the page is about.
  const host = document.createElement('main')
  mount(document.body, host, token === undefined ? h(WithoutToken, null) : h(App, { source: sourceOfServer(token) }))
}

function mount(element: HTMLElement, host: HTMLElement, app: Parameters<typeof render>[0]): () => void {
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  root.adoptedStyleSheets = [sheet]
  element.append(host)
  render(app, root)
  return () => {
    render(null, root)
    host.remove()
  }
}

/** Kept for a reload of this tab only; the address, which goes into histories and screenshots, is rid of it. */
function takeToken(): string | undefined {
  const key = 'outbox-inspector-token'
  const { hash, pathname } = location
  if (hash.length > 1) {
    sessionStorage.setItem(key, hash.slice(1))
    history.replaceState(null, '', pathname)
  }
  return sessionStorage.getItem(key) ?? undefined
}
