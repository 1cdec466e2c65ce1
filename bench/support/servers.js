import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Starts a server on loopback and a port of its own; resolves when it listens.
 * @param argumentsFor - the command's arguments, given the port.
 */
export async function startServer(command, argumentsFor) {
  const port = await freePort()
  const child = spawn(command, argumentsFor(port), { stdio: 'ignore' })
  // A session that is ended from outside leaves no server behind.
  process.once('SIGTERM', () => {
    child.kill()
    process.exit(1)
  })
  const failure = once(child, 'exit').then(([code]) => {
    throw new Error(`${command} ended with code ${code}`)
  })
  failure.catch(() => {})
  await Promise.race([listening(port), failure, once(child, 'error').then(([error]) => Promise.reject(error))])
  return {
    port,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      process.kill(child.pid, 'SIGTERM')
      await ended
    },
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(
        () => false,
        () => false,
      ),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await pause(25)
  }
  throw new Error(`nothing listens on port ${port}`)
}
