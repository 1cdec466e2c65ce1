import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const execute = promisify(execFile)

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The package as users get it: packed, and installed with xstate in a folder that held nothing. Erased when disposed. */
export interface InstalledPackage extends AsyncDisposable {
  /** Where it was installed. */
  readonly folder: string
  /** The folder of the package in there. */
  readonly path: string
  /** What can be imported, such as `xstate-outbox/http`. */
  readonly specifiers: readonly string[]
  /** A folder with these files, from which the package is found by its name. */
  app(files: Readonly<Record<string, string>>): Promise<string>
}

/** Runs a command to its end. Rejects, with what it said, if it failed or took longer than four minutes. */
export async function run(cwd: string, command: string, ...words: readonly string[]): Promise<string> {
  // Not what the test runner adds for itself.
  const { NODE_ENV: _, NODE_OPTIONS: __, ...env } = process.env
  const { stdout } = await execute(command, words, { cwd, env, timeout: 240_000 }).catch((error: unknown) => {
    const { stdout: said = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`${command} ${words.join(' ')}\n${said}${stderr}`, { cause: error })
  })
  return stdout
}

export async function installPackage(): Promise<InstalledPackage> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'xstate-outbox-installed-')))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const { exports, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
    const tarball = await pack(folder)
    const wanted = [tarball, `xstate@${devDependencies['xstate']}`]
    await run(folder, 'npm', 'install', '--prefix', '.', '--prefer-offline', '--no-audit', '--no-fund', ...wanted)
    await rm(tarball)
    return {
      folder,
      path: join(folder, 'node_modules/xstate-outbox'),
      specifiers: Object.keys(exports).map((subpath) => `xstate-outbox${subpath.slice(1)}`),
      async app(files) {
        const place = await mkdtemp(join(folder, 'app-'))
        for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text)
        return place
      },
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Packs a copy, so that nobody's `dist` changes under them; answers the path of the tarball. */
async function pack(target: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'xstate-outbox-copy-'))
  try {
    const names = [
      '.npmrc',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ]
    const folders = ['src', 'machines', 'examples', 'scripts', 'docs', '.ci']
    await Promise.all([...names, ...folders].map((name) => cp(join(root, name), join(copy, name), { recursive: true })))
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
    // What an earlier build left: its source is gone.
    await mkdir(join(copy, 'dist/src'), { recursive: true })
    await writeFile(join(copy, 'dist/src/removed.js'), 'export {}\n')
    await run(copy, 'npm', 'pack', '--silent', '--pack-destination', target)
    const [tarball = ''] = await readdir(target)
    return join(target, tarball)
  } finally {
    await rm(copy, { recursive: true })
  }
}

/** Every file under a folder, by its path from there. */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .toSorted()
}
