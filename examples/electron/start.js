// `npm start`: builds, and starts Electron, which fetches its binary when there is none yet.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

await import('./build.js')

/** @returns {string | undefined} */
function findElectron() {
  try {
    return createRequire(import.meta.url)('electron')
  } catch (error) {
    console.error(String(error))
    return undefined
  }
}

const electron = findElectron()
if (electron === undefined) {
  console.error('There is no Electron binary here, and none could be downloaded, so the app cannot start.')
  console.error(
    'Its page without Electron: `npx vitest run --project node test/examples/electron.test.ts`, two folders up.',
  )
  process.exitCode = 1
} else {
  const child = spawn(electron, [import.meta.dirname], { stdio: 'inherit' })
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
