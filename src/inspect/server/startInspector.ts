import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Outbox } from '../../createOutbox.ts'
import { optionError } from '../../errors.ts'
import type { InspectorOptions } from '../sourceOfOutbox.ts'
import { sourceOfOutbox } from '../sourceOfOutbox.ts'
import { createAnswers } from './answers.ts'
import { openInBrowser } from './openInBrowser.ts'

/** How an outbox is inspected. */
export interface InspectorServerOptions extends InspectorOptions {
  /** Where to listen, on 127.0.0.1 alone; default 0, any free port. */
  readonly port?: number
  /** Opens the page in the platform's browser; a function is told the address instead. Default false. */
  readonly open?: boolean | ((url: string) => void)
}

/** An inspector at work. */
export interface Inspector extends AsyncDisposable {
  /** The page. What follows `#` is the token: whoever has it sees what the page shows, and with `control` may act. */
  readonly url: string
  /** Ends every connection and stops listening. */
  stop(): Promise<void>
}

/** Connections at one time, of all clients together. */
const mostConnections = 64

/**
 * Serves the inspector's page for an outbox, on 127.0.0.1 only and to whoever has the token in `url`. Needs no network, does not keep
 * the process alive, and only looks unless `control` is set.
 * @throws OutboxError `OUTBOX_OPTION`; and what listening fails with, such as EADDRINUSE.
 */
export async function startInspector<P>(outbox: Outbox<P>, options: InspectorServerOptions = {}): Promise<Inspector> {
  const { port = 0, open = false, ...shown } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw optionError('port', 'an integer from 0 to 65535', port)
  const token = randomBytes(32).toString('base64url')
  const place = { port, token }
  const answers = createAnswers(sourceOfOutbox(outbox, shown), place)
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 5_000, requestTimeout: 5_000 }, answers.answer)
  server.maxConnections = mostConnections
  server.on('connection', (socket) => socket.unref())
  server.listen(port, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  place.port = (server.address() as AddressInfo).port

  const url = `http://127.0.0.1:${place.port}/#${token}`
  if (typeof open === 'function') open(url)
  else if (open) openInBrowser(url)

  async function stop(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    answers.end()
    server.closeAllConnections()
    await closed
  }
  return { url, stop, [Symbol.asyncDispose]: stop }
}
