import { readFile } from 'node:fs/promises'

/** One piece of TypeScript in a page. */
export interface Snippet {
  /** The heading that it stands under. */
  readonly section: string
  readonly language: 'ts' | 'tsx'
  readonly code: string
  /** What it prints, if the page says so right below it. */
  readonly output: string | undefined
}

/** A page of the documentation, by its path from the root. */
export function readPage(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
}

/** The `ts` and `tsx` blocks of a page, in their order, each with the `text` block that follows it at once. */
export function snippetsOf(page: string): readonly Snippet[] {
  const snippets: Snippet[] = []
  let section = ''
  const parts = /^#+ (.+)$|^```(tsx?)\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm
  for (const [, heading, language, code, output] of page.matchAll(parts)) {
    if (heading !== undefined) section = heading
    if (code !== undefined) snippets.push({ section, language: language === 'tsx' ? 'tsx' : 'ts', code, output })
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

/** Where a page links to in this repository, as paths from the page's folder. */
export function linksOf(page: string): readonly string[] {
  return [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path)
}
