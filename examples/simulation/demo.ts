// Shows what a simulation finds: `node dist/examples/simulation/demo.js`.
import { forgetfulServer, idempotentServer } from './bookings.ts'
import { firstFailure } from './simulateBookings.ts'

for (const server of [idempotentServer, forgetfulServer]) {
  const failure = await firstFailure(server, 'everything', 60)
  if (failure === undefined) console.log(`${server.name}: every booking is there once, whatever happened.`)
  else console.log([`${server.name}: ${failure.broken}`, ...(failure.shortest ?? []), failure.recording].join('\n'))
}
