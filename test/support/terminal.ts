import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Why no terminal can be had here; undefined when one can. */
export function whyNoTerminal(): string | undefined {
  try {
    const version = execFileSync('script', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return version.includes('util-linux') ? undefined : 'the `script` command here is not that of util-linux'
  } catch {
    return 'there is no `script` command (util-linux)'
  }
}

/** Runs a program in a terminal of its own, so many columns wide; answers its exit code and what it wrote. */
export async function runInTerminal(columns: number, file: string, ...args: readonly string[]) {
  const words = [process.execPath, file, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 40; exec ${words.join(' ')}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm' },
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { code: code as unknown, output }
}

/**
 * What a terminal of endless height shows after each `\x1b[J`, and at the end. It knows what the live view uses: line breaks, lines
 * up, the rest of a line or of the screen erased; anything else it refuses.
 */
export function screensOf(output: string): readonly (readonly string[])[] {
  const screens: string[][] = []
  const lines: string[] = ['']
  let row = 0

  function print(written: string): void {
    for (const [index, part] of written.split('\r\n').entries()) {
      if (index > 0) row += 1
      lines[row] = (lines[row] ?? '') + part
    }
  }

  const [first = '', ...commands] = output.split('\x1b')
  print(first)
  for (const command of commands) {
    const [, code = '', letter = '', rest = ''] = /^\[(\d*)([A-Z])([^]*)$/.exec(command) ?? []
    if (letter === 'A') row -= Number(code)
    else if (code + letter === '2K') lines[row] = ''
    else if (code + letter === 'J') {
      lines.splice(row, Infinity, '')
      screens.push([...lines])
    } else throw new Error(`the terminal does not know ${JSON.stringify(command.slice(0, 20))}`)
    if (row < 0) throw new Error('the cursor left the screen')
    print(rest)
  }
  return [...screens, [...lines]]
}
