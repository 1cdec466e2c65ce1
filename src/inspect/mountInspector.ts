import type { Outbox } from '../createOutbox.ts'
import { mountSource } from './page/inspectorPage.ts'
import type { InspectorOptions } from './sourceOfOutbox.ts'
import { sourceOfOutbox } from './sourceOfOutbox.ts'

export type { InspectorOptions } from './sourceOfOutbox.ts'

/**
 * Shows the inspector's page for an outbox within an element of this page, or of an Electron renderer: no server, no network. It
 * lives in a shadow root, so that no style leaks in or out. Returns what removes it.
 */
export function mountInspector<P>(element: HTMLElement, outbox: Outbox<P>, options: InspectorOptions = {}): () => void {
  return mountSource(element, sourceOfOutbox(outbox, options))
}
