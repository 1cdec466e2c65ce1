import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { forgetfulServer, idempotentServer } from '../../examples/simulation/bookings.ts'
import { firstFailure } from '../../examples/simulation/simulateBookings.ts'
import type { SimulationOptions } from '../../src/testing/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { buildPackage } from '../support/builtPackage.ts'

const built = await buildPackage()
afterAll(() => built[Symbol.asyncDispose]())

describe('the server that remembers what it has booked', () => {
  it.each(['moody remote', 'crashes', 'three tabs with lost leases'] as const)(
    'books each once: %s',
    async (scenario) => {
      expect(await firstFailure(idempotentServer, scenario, 12)).toBeUndefined()
    },
  )
})

describe('the server that does not', () => {
  it('is caught, with a trace that shows how', async () => {
    const failure = await firstFailure(forgetfulServer, 'moody remote', 12)
    expect(failure?.broken).toMatch(/^check: \S+ is booked \d+ times$/)
    const booked = /check: (\S+)/.exec(failure?.broken ?? '')?.[1]
    const shortest = failure?.shortest ?? []
    expect(shortest.filter((line) => /^\d/.test(line)).length).toBeLessThan(6)
    expect(shortest.join('\n')).toMatch(new RegExp(`pushes e\\S+, try \\d`))
    expect(booked).toBeDefined()
  })

  it('fails again when the recording is replayed, and passes once it is mended', async () => {
    const failure = await firstFailure(forgetfulServer, 'moody remote', 12)
    const recording = JSON.parse(failure?.recording ?? '') as SimulationOptions<{ seats: number }>
    const payload = (n: number) => ({ seats: 1 + (n % 10) })
    expect((await simulate({ ...recording, payload, remote: forgetfulServer })).broken).toMatch(/^check: /)
    expect((await simulate({ ...recording, payload, remote: idempotentServer })).broken).toBeUndefined()
  })
})

it('the demo tells both apart', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [built.path('examples/simulation/demo.js')])
  expect(stdout).toContain('idempotentServer: every booking is there once, whatever happened.')
  expect(stdout).toMatch(/forgetfulServer: check: \S+ is booked \d+ times/)
  expect(stdout).toMatch(/"steps":\[/)
})
