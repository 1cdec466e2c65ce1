import { AckPolicy, connect } from 'nats'
import { startServer } from '../support/servers.js'

/** The server of this version syncs every two minutes and cannot be told to sync each publish. */
export const jetStream = {
  name: 'NATS JetStream',
  package: 'nats',
  survives: 'a process crash; power loss up to the last two minutes',
  startServer: (directory) =>
    startServer('nats-server', (port) => ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', directory]),
  async open({ port }) {
    const connection = await connect({ servers: `127.0.0.1:${port}` })
    const manager = await connection.jetstreamManager()
    await manager.streams.add({ name: 'entries', subjects: ['entries'], storage: 'file', retention: 'workqueue' })
    const durable = { durable_name: 'drainer', ack_policy: AckPolicy.Explicit, max_ack_pending: 1 }
    await manager.consumers.add('entries', durable)
    const stream = connection.jetstream()
    const enqueue = (payload) => stream.publish('entries', JSON.stringify(payload))
    let messages
    let draining

    async function drain(push) {
      const consumer = await stream.consumers.get('entries', 'drainer')
      messages = await consumer.consume({ max_messages: 100 })
      for await (const message of messages) {
        await push(message.json())
        await message.ackAck()
      }
    }

    return {
      enqueue,
      enqueueMany: (payloads) => Promise.all(payloads.map(enqueue)),
      drain(push) {
        draining = drain(push)
      },
      async close() {
        await messages?.close()
        await draining
        await connection.close()
      },
    }
  },
}
