import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { buildPackage } from '../support/builtPackage.ts'

it('runs the memory example: kept while offline, delivered in order once online', async () => {
  await using built = await buildPackage()
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [built.path('examples/memory/todos.js')])
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^The first entry is tried again in \d s: offline; 2 entries wait\.$/),
    'delivered milk',
    'delivered bread',
    'Everything has been pushed.',
    'the remote has milk and bread',
    '',
  ])
})
