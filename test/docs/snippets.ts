import { readFile } from 'node:fs/promises'

/** One piece of TypeScript in a page. */
export interface Snippet {
  /** The heading that it stands under. */
  readonly section: string
  readonly code: string
}

/** A page of the documentation, by its path from the root. */
export function readPage(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
}

/** The `ts` blocks of a page, in their order. */
export function snippetsOf(page: string): readonly Snippet[] {
  const snippets: Snippet[] = []
  let section = ''
  for (const [, heading, code] of page.matchAll(/^##+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) section = heading
    if (code !== undefined) snippets.push({ section, code })
  }
  return snippets
}

/** The part of a page under a heading, up to the next heading of its rank or higher. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start === -1) throw new Error(`there is no heading "${heading}"`)
  const rank = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.search(/[^#]/) <= rank)
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n')
}

/** What the rows of a text's tables are about: the code in their first column. */
export function rowsOf(text: string): readonly string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, code = '']) => code)
}
