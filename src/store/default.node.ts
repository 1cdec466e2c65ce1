import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Store } from './contract.ts'
import { fsStore } from './fs/index.ts'

/**
 * The platform's own store: files in `.xstate-outbox/<name>` under the working directory; IndexedDB in an Electron renderer, which
 * shares it with its other windows, with or without node integration.
 */
export async function defaultStore(options: { readonly name: string; readonly auditLimit?: number }): Promise<Store> {
  if (isElectronRenderer()) {
    const browser = await import('./default.browser.ts')
    return browser.defaultStore(options)
  }
  const { name, auditLimit } = options
  const directory = join(process.cwd(), '.xstate-outbox', folderOf(name))
  return fsStore({ directory, ...(auditLimit !== undefined && { auditLimit }) })
}

function isElectronRenderer(): boolean {
  return 'type' in process && process.type === 'renderer' && 'indexedDB' in globalThis
}

const longestName = 100
/** Names that are no files on Windows, with any extension. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)$/

/**
 * A folder name for any text: other text gives another folder, also where upper and lower case are the same to the file system,
 * and none leaves the folder it is put in.
 */
export function folderOf(name: string): string {
  if (/^[a-z0-9_-]{1,100}$/.test(name) && !deviceNames.test(name)) return name
  // The readable part is for people; the hash tells apart. UTF-16, since UTF-8 makes all lone surrogates the same.
  const readable = name.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').slice(0, longestName / 2)
  return `_${readable.toLowerCase()}.${createHash('sha256').update(Buffer.from(name, 'utf16le')).digest('hex').slice(0, 32)}`
}
