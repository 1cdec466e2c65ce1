import { Queue, Worker } from 'bullmq'
import { startServer } from '../support/servers.js'

export const bullmqAlways = {
  name: 'BullMQ (Redis, appendfsync always)',
  package: 'bullmq',
  survives: 'power loss',
  startServer: (directory) => startRedis(directory, 'always'),
  open: openQueue,
}

export const bullmqEverySecond = {
  name: 'BullMQ (Redis, appendfsync everysec)',
  package: 'bullmq',
  survives: 'a process crash; power loss up to the last second',
  startServer: (directory) => startRedis(directory, 'everysec'),
  open: openQueue,
}

function startRedis(directory, appendfsync) {
  return startServer('redis-server', (port) => [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    directory,
    '--appendonly',
    'yes',
    '--appendfsync',
    appendfsync,
    '--save',
    '',
  ])
}

async function openQueue({ port }) {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue('entries', { connection })
  await queue.waitUntilReady()
  const options = { removeOnComplete: true }
  let worker
  return {
    enqueue: (payload) => queue.add('entry', payload, options),
    enqueueMany: (payloads) => queue.addBulk(payloads.map((data) => ({ name: 'entry', data, opts: options }))),
    drain(push) {
      worker = new Worker('entries', ({ data }) => push(data), { connection, concurrency: 1 })
    },
    async close() {
      await worker?.close()
      await queue.close()
    },
  }
}
