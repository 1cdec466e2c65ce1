import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMachine } from 'xstate'
import { expect, test } from 'vitest'
import { syncMachineOf } from '../../machines/syncMachine.ts'
import { drawMachine } from '../../scripts/drawMachine.ts'
import { root } from '../docs/running.ts'
import { places } from '../support/machineMatrix.ts'

const machine = syncMachineOf<unknown>()
const drawn = await drawMachine(machine)

interface Box {
  readonly name: string
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The first rectangle of each group whose tag matches. */
function boxesOf(tag: RegExp): readonly Box[] {
  const rect = /<rect (?:class="pill" )?x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/
  return drawn
    .split('<g ')
    .filter((group) => tag.test(group))
    .map((group) => {
      const [x = 0, y = 0, width = 0, height = 0] = (rect.exec(group) ?? []).slice(1).map(Number)
      return { name: group.slice(0, 60), left: x, top: y, right: x + width, bottom: y + height }
    })
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

test('the statechart is the machine as it is; `npm run docs` draws it anew', async () => {
  const module = [
    '/** The statechart of the sync machine as an SVG; `npm run docs` draws it from the machine. */',
    `export const statechartSvg = \`${drawn}\``,
    '',
  ].join('\n')
  const files = { 'docs/machine.svg': drawn, 'src/inspect/statechart.ts': module }
  for (const [path, text] of Object.entries(files)) {
    if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(join(root, path), text)
    else expect(await readFile(join(root, path), 'utf8'), path).toBe(text)
  }
})

test('every state and every transition of the machine can be found in the drawing', () => {
  const paths = ['draining', 'idle', 'stopped', ...places.map(({ name }) => name)]
  for (const path of paths) expect(drawn).toContain(`data-state="${path}"`)
  for (const [from, to, on] of [
    ['draining.pushing', 'backoff', 'engine.waiting'],
    ['draining.pushing', 'idle', 'engine.drained engine.halted engine.held engine.standby'],
    ['backoff', 'draining', 'engine.removed xstate.after.backoff.sync.backoff always'],
    ['idle', 'idle.paused', 'always'],
    ['idle.offline', 'draining', 'xstate.after.idlePoll.sync.idle.offline'],
    ['', 'draining.stopping', 'stop'],
  ])
    expect(drawn).toContain(`class="transition" data-from="${from}" data-to="${to}" data-on="${on}"`)
})

test('no label of the drawing lies on another, on a state, or outside', () => {
  const labels = boxesOf(/class="pill"/)
  const states = boxesOf(/^class="state (leaf|final)"/)
  const [, width = 0, height = 0] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(drawn) ?? []).map(Number)
  expect(labels.length).toBeGreaterThan(8)
  expect([...labels, ...states].filter(({ left, right }) => right - left < 40)).toEqual([])
  const clashes = labels.flatMap((label, index) =>
    [...labels.slice(index + 1), ...states].filter((other) => overlap(label, other)).map(({ name }) => name),
  )
  expect(clashes).toEqual([])
  expect(
    labels.filter(({ left, top, right, bottom }) => left < 0 || top < 0 || right > width || bottom > height),
  ).toEqual([])
})

test('the same machine is drawn the same, and another one differently', async () => {
  const other = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: {} } })
  expect(await drawMachine(syncMachineOf<unknown>())).toBe(drawn)
  const lamp = await drawMachine(other)
  expect(lamp).toContain('data-from="off" data-to="on" data-on="press"')
  expect(lamp).not.toContain('backoff')
})
