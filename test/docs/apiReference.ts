import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { root } from './running.ts'

/** One export of an entry point. */
export interface ApiEntry {
  readonly name: string
  /** What its docstring says, without the marks of a comment; empty if it has none. */
  readonly text: string
  /** Its declaration, without bodies. */
  readonly declaration: string
}

/** An entry point of the package with its exports, by name. */
export interface ApiSection {
  readonly specifier: string
  readonly entries: readonly ApiEntry[]
}

/** The exports of every entry point, read from the sources. */
export async function readApi(): Promise<readonly ApiSection[]> {
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly exports: Readonly<Record<string, string>>
  }
  const points = Object.entries(exports).filter(([, target]) => target.endsWith('.js'))
  return Promise.all(
    points.map(async ([subpath, target]) => {
      const path = target.replace('./dist/', '').replace(/\.js$/, '.ts')
      return { specifier: name + subpath.slice(1), entries: await exportsOf(path) }
    }),
  )
}

/** The page of the API: every export with its declaration and what it says about itself. */
export function apiPage(sections: readonly ApiSection[]): string {
  const parts = sections.map(({ specifier, entries }) => {
    const shown = entries.map(({ name, text, declaration }) =>
      [`### \`${name}\``, text, `\`\`\`ts\n${declaration}\n\`\`\``].filter(Boolean).join('\n\n'),
    )
    return [`## ${specifier}`, ...shown].join('\n\n')
  })
  return `# API\n\nEvery export, from its docstring; \`npm run docs\` writes this page.\n\n${parts.join('\n\n')}\n`
}

async function exportsOf(path: string): Promise<readonly ApiEntry[]> {
  const source = await readFile(join(root, path), 'utf8')
  const entries = declaredIn(source)
  for (const [, names = '', from = ''] of source.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)) {
    const declared = declaredIn(await readFile(join(root, normalize(join(dirname(path), from))), 'utf8'))
    for (const name of names
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean)) {
      const entry = declared.find((each) => each.name === name)
      if (entry === undefined) throw new Error(`${path} exports ${name}, which ${from} does not declare`)
      entries.push(entry)
    }
  }
  return entries.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** What a module declares and exports itself. */
function declaredIn(source: string): ApiEntry[] {
  const found: ApiEntry[] = []
  const head =
    /(?:^\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^export (?=(?:async )?(function|const|class|interface|type) (\w+))/gm
  for (const match of source.matchAll(head)) {
    const [whole, comment = '', kind = '', name = ''] = match
    const declaration = declarationOf(source.slice(match.index + whole.length), kind)
    found.push({ name, text: textOf(comment), declaration })
  }
  return found
}

/** The declaration that a text begins with: interfaces and types whole, of functions and constants what comes before the body. */
function declarationOf(text: string, kind: string): string {
  if (kind === 'interface') return text.slice(0, text.indexOf('\n}') + 2)
  if (kind === 'type')
    return /^[^]*?(?=\n\n|\n$|\n\/\*\*|\nexport |\nconst |\nfunction )/.exec(`${text}\n`)?.[0] ?? text
  if (kind === 'const') return (/^[^]*?(?= = )/.exec(text)?.[0] ?? text).trim()
  if (kind === 'class') return classOf(text)
  // The body begins at the first brace that ends a line in a line that closes the parameters.
  return (/^[^]*?(?= \{\n(?: {2}\S|\}))(?<=\)[^\n]*)/.exec(text)?.[0] ?? text).trim()
}

/** A class with what its users see of it: fields and constructor. */
function classOf(text: string): string {
  const body = text.slice(0, text.indexOf('\n}'))
  const head = /^[^\n]*?(?= \{)/.exec(body)?.[0] ?? body
  const members = [
    ...body.matchAll(/^ {2}(?:readonly \w+: .*|constructor\([^)]*\))$|^ {2}constructor\([^)]*\)(?= \{$)/gm),
  ]
  return members.length === 0 ? head : `${head} {\n${members.map(([member]) => member).join('\n')}\n}`
}

/** A docstring as Markdown: the marks of the comment are gone, and its tags are a list. */
function textOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  return lines
    .join('\n')
    .trim()
    .replace(/^@param (\w+) - /gm, '- `$1`: ')
    .replace(/^@(throws|returns|see) /gm, '- $1: ')
    .replace(/(?<!\n)\n(?=- )/, '\n\n')
}
