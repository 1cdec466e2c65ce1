import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The fs store as JavaScript in a folder of its own, for processes that run without a test runner. */
export interface Compiled {
  /** What `import()` takes for the given source file, as `src/store/fs/index.ts`. */
  url(source: string): string
  dispose(): Promise<void>
}

export async function compileFsStore(): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'xstate-outbox-compiled-'))
  const project = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      declaration: false,
      sourceMap: false,
      rootDir: root,
      outDir: folder,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [join(root, 'src/store/fs')],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
  return {
    url: (source) => pathToFileURL(join(folder, source.replace(/\.ts$/, '.js'))).href,
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}
