// Removes from dist what no source file stands behind any more, so that it is neither run nor packed.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true }).filter((file) => file.isFile())

for (const { parentPath, name } of files) {
  const path = join(parentPath, name)
  const source = path.replace(join(root, 'dist'), root).replace(/(\.d\.ts|\.js)$/, '.ts')
  if (!existsSync(source) || source.endsWith('.map')) rmSync(path)
}
