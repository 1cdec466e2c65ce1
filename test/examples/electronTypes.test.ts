import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../../examples/electron', import.meta.url))
const run = promisify(execFile)

it('the Electron app is right by Electron’s own types', async ({ skip }) => {
  if (!existsSync(`${folder}/node_modules/electron/electron.d.ts`)) {
    const env = { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }
    try {
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, env })
    } catch (error) {
      return skip(`Electron’s types could not be installed: ${String(error).slice(0, 200)}`)
    }
  }
  const { stdout } = await run('npm', ['run', '--silent', 'check:types'], { cwd: folder }).catch(
    (error: { readonly stdout: string }) => error,
  )
  expect(stdout).toBe('')
})
