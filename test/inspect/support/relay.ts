import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

/** As much of `ws` as a relay needs; it comes with `@statelyai/inspect`. */
interface Socket {
  on(type: 'message', listener: (data: Buffer) => void): void
  send(data: string): void
}
interface SocketServer {
  readonly clients: Iterable<Socket & { terminate(): void }>
  on(type: 'connection', listener: (socket: Socket) => void): void
  once(type: 'listening', listener: () => void): void
  address(): AddressInfo
  close(callback: () => void): void
}

const fromInspect = createRequire(createRequire(import.meta.url).resolve('isomorphic-ws'))
const { WebSocketServer } = fromInspect('ws') as { WebSocketServer: new (options: object) => SocketServer }

/** A WebSocket server on this machine. */
export interface Relay extends AsyncDisposable {
  readonly url: string
  /** Every message that came. */
  readonly texts: readonly string[]
}

/** Starts one that passes each message on to everybody else. */
export async function startRelay(): Promise<Relay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const texts: string[] = []
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      texts.push(data.toString())
      for (const client of server.clients) if (client !== socket) client.send(data.toString())
    }),
  )
  await once(server as never, 'listening')
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    texts,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate()
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}
