import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The package as `npm run build` makes it, in a folder of its own, for tests that start processes; erased when disposed. */
export interface BuiltPackage extends AsyncDisposable {
  /** The path of a compiled file, such as `examples/memory/todos.js`. */
  path(file: string): string
}

export async function buildPackage(): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'xstate-outbox-built-'))
  const dispose = () => rm(folder, { recursive: true })
  // The sources, too: the compiler finds the package by its own name only if its output goes to the `dist` beside them.
  const sources = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', 'machines', 'examples', 'scripts']
  await Promise.all(sources.map((name) => cp(join(root, name), join(folder, name), { recursive: true })))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: folder })
    await promisify(execFile)(process.execPath, ['scripts/bundleInspector.js'], { cwd: folder })
  } catch (error) {
    await dispose()
    throw new Error(`the package does not build:\n${(error as { readonly stdout?: string }).stdout ?? ''}`, {
      cause: error,
    })
  }
  return { path: (file) => join(folder, 'dist', file), [Symbol.asyncDispose]: dispose }
}
