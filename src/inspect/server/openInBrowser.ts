import { spawn } from 'node:child_process'

/** Asks the platform to open an address; where it cannot, nothing happens: whoever asked has the address, too. */
export function openInBrowser(url: string): void {
  const [command, ...words] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...words, url], { stdio: 'ignore', detached: true })
  child.once('error', () => undefined)
  child.unref()
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` takes the first quoted word for a title.
  win32: ['cmd', '/c', 'start', '""'],
}
