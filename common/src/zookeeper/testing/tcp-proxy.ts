/**
 * A wire between a client and a server that a test can cut, hold still and mend.
 * Takes the server's address. Gives an address of its own.
 * Promises: `cut` resets all connections, `hold` keeps them open and passes no byte in either direction.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface TcpProxy {
  readonly address: string
  /** Resets what is connected; new connections are accepted. */
  cut(): void
  /** Passes nothing on, of old and new connections, until `mend`. */
  hold(): void
  mend(): void
  /** How many connections were accepted so far. */
  acceptedCount(): number
  close(): Promise<void>
}

/** Starts to listen on a free port of loopback. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', port = ''] = target.split(':')
  const sockets = new Set<Socket>()
  let isHeld = false
  let accepted = 0

  const server: Server = createServer(client => {
    accepted++
    const upstream = connect({ host, port: Number(port) })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.setNoDelay()
      from.on('data', chunk => to.write(chunk))
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      if (isHeld) from.pause()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    hold() {
      isHeld = true
      for (const socket of sockets) socket.pause()
    },
    mend() {
      isHeld = false
      for (const socket of sockets) socket.resume()
    },
    acceptedCount: () => accepted,
    close() {
      cut()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
