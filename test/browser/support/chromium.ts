import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The Chromium to test with: `CHROMIUM_PATH`, or the first one on the PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM_PATH: given, PATH = '' } = env
  if (given) return given
  return PATH.split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Why no browser test can run here, if none can; an error where they must. */
export function whyNoChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (findChromium(env) !== undefined) return undefined
  const reason = 'no Chromium: set CHROMIUM_PATH, or put `chromium` on the PATH'
  if (env['CI']) throw new Error(`browser tests cannot run, and CI is set: ${reason}`)
  return reason
}

export const chromiumArgs = [
  '--no-sandbox',
  '--headless',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
