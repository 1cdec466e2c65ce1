import type { Contents, RandomStore } from './randomStore.ts'

/** What was done to a directory. */
export interface Damage {
  readonly what: string
  readonly contents: Contents
  /** From where to where something may be wrong in each file; a file that is not named is as it was. */
  readonly wrong: ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>
}

/** Damages a copy of a directory in one to three ways by chance. */
export function damage({ contents: intact, earlier }: RandomStore, random: () => number): Damage {
  const below = (limit: number) => Math.floor(random() * limit)
  const contents: Contents = new Map([...intact].map(([name, data]) => [name, Buffer.from(data)]))
  const wrong = new Map<string, (readonly [number, number])[]>()
  const done: string[] = []
  const mark = (name: string, from = 0, to = Infinity) => wrong.set(name, [...(wrong.get(name) ?? []), [from, to]])
  const pick = () => [...contents.keys()][below(contents.size)] ?? ''
  const dataOf = (name: string) => contents.get(name) ?? Buffer.alloc(0)

  const ways: Record<string, (name: string, data: Buffer) => string> = {
    flip(name, data) {
      const at = below(data.length)
      if (data.length > 0) data[at] = (data[at] ?? 0) ^ (1 << below(8))
      mark(name, at, at + 1)
      return `at ${at}`
    },
    overwrite(name, data) {
      const at = below(data.length)
      const to = Math.min(at + 1 + below(300), data.length)
      for (let index = at; index < to; index += 1) data[index] = below(256)
      mark(name, at, to)
      return `from ${at} to ${to}`
    },
    zero(name, data) {
      const at = below(data.length)
      const to = Math.min(at + 1 + below(700), data.length)
      data.fill(0, at, to)
      mark(name, at, to)
      return `from ${at} to ${to}`
    },
    truncate(name, data) {
      const to = below(data.length + 1)
      contents.set(name, data.subarray(0, to))
      mark(name, to)
      return `to ${to} of ${data.length}`
    },
    append(name, data) {
      const kinds = [Buffer.alloc(below(500)), Buffer.from(Array.from({ length: below(500) }, () => below(256)))]
      const more = random() < 0.3 ? dataOf(pick()) : (kinds[below(2)] ?? data)
      contents.set(name, Buffer.concat([data, more]))
      mark(name, data.length)
      return `${more.length} bytes`
    },
    words(name) {
      const words = [
        '',
        'null',
        '[]',
        '{}',
        '0',
        '"x"',
        '{"pid":1}',
        '{"pid":null}',
        'undefined',
        '\n',
        '{"pid":1}\nreleased',
      ]
      contents.set(name, Buffer.from(words[below(words.length)] ?? ''))
      mark(name)
      return ''
    },
    remove(name) {
      contents.delete(name)
      mark(name)
      return ''
    },
    swap(name, data) {
      const other = pick()
      contents.set(name, dataOf(other))
      contents.set(other, data)
      if (other !== name) [name, other].forEach((each) => mark(each))
      return `with ${other}`
    },
    rename(name, data) {
      const to = strangeName(name, below)
      contents.delete(name)
      mark(name)
      if (contents.has(to)) mark(to)
      contents.set(to, data)
      return `to ${to}`
    },
    duplicate(name, data) {
      const to = strangeName(name, below)
      if (contents.has(to)) mark(to)
      contents.set(to, Buffer.from(data))
      return `as ${to}`
    },
    resurrect() {
      const past = [...(earlier[below(earlier.length)] ?? [])]
      const [name, data] = past[below(past.length)] ?? []
      if (name === undefined || data === undefined) return 'nothing'
      if (contents.has(name)) mark(name)
      contents.set(name, Buffer.from(data))
      return name
    },
  }
  const names = Object.keys(ways)
  for (let left = 1 + below(3); left > 0; left -= 1) {
    const way = names[below(names.length)] ?? ''
    const name = pick()
    done.push(`${way} ${name} ${ways[way]?.(name, dataOf(name)) ?? ''}`)
    if (contents.size === 0) break
  }
  return { what: done.join('; '), contents, wrong }
}

/** A name like the given one with another number in it. */
function strangeName(name: string, below: (limit: number) => number): string {
  const numbers = [0, 1, 2, 3, 4, 5, 7, 63, 64, 99, 1_000, 70_000, 4_294_967_295, 4_294_967_296, 999_999_999_999_999]
  const number = String(numbers[below(below(2) === 0 ? 7 : numbers.length)])
  const places = [...name.matchAll(/\d+/g)]
  const place = places[below(places.length)]
  if (place === undefined) return `${name}-${number}`
  return name.slice(0, place.index) + number + name.slice(place.index + place[0].length)
}
