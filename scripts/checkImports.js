// Imports run one way. The table is the rule; `npm run check:lint` runs it over every source file.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const vocabulary = /^src\/(entry|errors|clock)\.ts$/
// createOutbox with the three files it is made of, and who builds on it.
const usesMachine =
  /^src\/((createSyncMachine|syncMachine|createOutbox|flush|status|statusBoard|index)\.ts|inspect\/|testing\/)/
const usesNode = /^src\/(store\/fs\/|store\/default\.node\.ts|testing\/server\.ts|inspect\/server\/)/
const adapter = /^src\/(store\/(memory|fs|idb)|push\/http)\b/
const choosesStore = /^src\/store\/default\./

/** @typedef {{ from: string, to: string, typeOnly: boolean }} Import a file, what it imports, and whether only for types */
/** @type {{ rule: string, isBroken: (found: Import) => boolean }[]} */
const rules = [
  {
    rule: 'only createSyncMachine, createOutbox, inspect, testing and index know xstate and the machines',
    isBroken: ({ from, to }) =>
      from.startsWith('src/') && !usesMachine.test(from) && /^(@?xstate(\/|$)|machines\/)/.test(to),
  },
  {
    rule: 'machines take from src only types, and only those of entry and report',
    isBroken: ({ from, to, typeOnly }) =>
      from.startsWith('machines/') && to.startsWith('src/') && !(typeOnly && /^src\/(entry|report)\.ts$/.test(to)),
  },
  {
    rule: 'a store or push takes only files of its own port and the vocabulary (entry, errors, clock)',
    isBroken: ({ from, to }) => {
      const port = /^src\/(store|push)\//.exec(from)?.[0]
      return port !== undefined && /^(src|machines)\//.test(to) && !to.startsWith(port) && !vocabulary.test(to)
    },
  },
  {
    rule: 'no store or push knows another, and what they share knows none of them',
    isBroken: ({ from, to }) => {
      const known = adapter.exec(to)?.[0]
      if (known === undefined || choosesStore.test(from) || !/^src\/(store|push)\//.test(from)) return false
      return known !== adapter.exec(from)?.[0]
    },
  },
  {
    rule: 'src/index.ts is for users: nothing inside imports it',
    isBroken: ({ from, to }) => /^(src|machines)\//.test(from) && to === 'src/index.ts',
  },
  {
    rule: 'nothing outside src/inspect imports it: no app holds an inspector unasked',
    isBroken: ({ from, to }) =>
      /^(src|machines)\//.test(from) && to.startsWith('src/inspect/') && !from.startsWith('src/inspect/'),
  },
  {
    rule: 'node: modules belong to the fs store, its default, the scripted server and the inspector server',
    isBroken: ({ from, to }) => /^(src|machines)\//.test(from) && to.startsWith('node:') && !usesNode.test(from),
  },
  {
    rule: 'examples import the package by its name, as a user would',
    isBroken: ({ from, to }) => from.startsWith('examples/') && /^(src|machines|dist)\//.test(to),
  },
]

const statement = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const call = /\bimport\(\s*['"]([^'"]+)['"]/g

/** @param {string} from @returns {Import[]} */
function importsOf(from) {
  const text = readFileSync(join(root, from), 'utf8')
  const target = (/** @type {string} */ name) =>
    name.startsWith('.') ? relative(root, join(root, dirname(from), name)) : name
  return [
    ...[...text.matchAll(statement)].map(([, type, name = '']) => ({
      from,
      to: target(name),
      typeOnly: Boolean(type),
    })),
    ...[...text.matchAll(call)].map(([, name = '']) => ({ from, to: target(name), typeOnly: false })),
  ]
}

const files = ['src', 'machines', 'examples', 'test', 'bench']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules'))

const broken = files
  .flatMap(importsOf)
  .flatMap((found) => rules.filter(({ isBroken }) => isBroken(found)).map(({ rule }) => ({ ...found, rule })))

for (const { from, to, rule } of broken) console.error(`${from} imports ${to}: ${rule}`)
console.log(`${files.length} files checked, ${broken.length} imports that break a rule`)
process.exitCode = broken.length > 0 || files.length === 0 ? 1 : 0
