import { readFileSync, writeFileSync } from 'node:fs'

/** Replaces what stands in a page between `<!-- name -->` and `<!-- /name -->`. */
export function replaceBetween(path, name, text) {
  const page = readFileSync(path, 'utf8')
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = page.indexOf(start)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${path} has no ${start} ... ${end}`)
  writeFileSync(path, `${page.slice(0, from + start.length)}\n\n${text.trim()}\n\n${page.slice(to)}`)
}
