// An outbox with a hard life, and the inspector to watch it with: `npm run example:inspect`, then open the address that it prints.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setInterval } from 'node:timers'
import { text } from 'node:stream/consumers'
import { createOutbox, memoryStore } from 'xstate-outbox'
import { httpPush } from 'xstate-outbox/http'
import { startInspector } from 'xstate-outbox/inspect/server'

interface Order {
  readonly dish: string
  readonly portions: number
}

const dishes = ['ramen', 'dal', 'pierogi', 'tacos', 'injera', 'pho']

// A kitchen that takes orders, 20 a minute at most for long, and whose door sticks now and then.
let heard = 0
const kitchen = createServer((request, response) => {
  void text(request).then((body) => {
    heard += 1
    const { portions } = (JSON.parse(body) as { readonly payload: Order }).payload
    const answer = (status: number) => setTimeout(() => response.writeHead(status).end(), 120)
    if (portions === 0) return answer(422) // refused for good: a dead letter
    if (heard % 90 === 0) return answer(401) // holds the outbox until somebody presses Resume
    const mood = heard % 30
    if (mood > 26) return answer(503) // tried again, with backoff
    if (mood > 24) return request.socket.destroy() // no answer at all: costs no attempt
    return answer(200)
  })
})
kitchen.listen(0, '127.0.0.1')
await once(kitchen, 'listening')

const outbox = createOutbox<Order>({
  name: 'kitchen',
  store: memoryStore(),
  push: httpPush({ url: `http://127.0.0.1:${(kitchen.address() as AddressInfo).port}/orders` }),
  maxAttempts: 4,
  meta: ({ dish }) => ({ dish }),
})
let ordered = 0
function order(): void {
  ordered += 1
  const dish = dishes[ordered % dishes.length] ?? 'soup'
  void outbox.enqueue({ dish, portions: ordered % 17 === 0 ? 0 : 1 + (ordered % 4) })
}
const guests = setInterval(order, 900)
for (let early = 0; early < 12; early += 1) order()

// Whoever has this address sees the orders and may act on them; it is reached from this machine only.
const inspector = await startInspector(outbox, { name: 'kitchen', control: true, payloads: true })
console.log(`inspector: ${inspector.url}`)

process.once('SIGINT', () => void close())
process.once('SIGTERM', () => void close())

async function close(): Promise<void> {
  clearInterval(guests)
  const { delivered, pending } = await outbox.stop()
  await inspector.stop()
  kitchen.close()
  kitchen.closeAllConnections()
  console.log(`${delivered} delivered, ${pending} pending`)
}
