// `npm run example:web:budget`: builds the page, and prints what a first visit loads. Exits 1 above the budget.
import { resolve } from 'node:path'
import { excess, weigh } from './budget.ts'
import { buildPage } from './build.ts'
import { readPage } from './server/files.ts'

const root = resolve('examples/web')
const outDir = resolve(root, 'dist')

await buildPage({ root, outDir })
const weights = weigh(await readPage(outDir))
console.log('   bytes  gzipped  requests')
for (const { kind, bytes, gzipped, requests } of weights) {
  console.log(`${String(bytes).padStart(8)} ${String(gzipped).padStart(8)} ${String(requests).padStart(9)}  ${kind}`)
}
for (const line of excess(weights)) {
  console.error(line)
  process.exitCode = 1
}
