/**
 * A wire to ZooKeeper that stops at a chosen request.
 * Takes the server's address, and which request it is. Gives an address of its own. Promises: that request
 * and all after it never arrive, and their caller hears nothing: it can be killed at exactly this step.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The number that ZooKeeper's protocol has for several changes at once. */
export const transaction = 14

/** A request: what is asked, and its bytes as text. */
export interface ZooRequest {
  readonly type: number
  readonly text: string
}

export interface Tripwire {
  readonly address: string
  /** Resolves when the request came. */
  readonly tripped: Promise<void>
  close(): Promise<void>
}

const lengthBytes = 4
const typeAt = 8

/** Begins to listen on a free port of loopback. */
export async function startTripwire(
  target: string,
  isChosen: (request: ZooRequest) => boolean,
): Promise<Tripwire> {
  const [host = '', port = ''] = target.split(':')
  const sockets = new Set<Socket>()
  let isTripped = false
  let trip = (): void => undefined
  const tripped = new Promise<void>(resolve => (trip = resolve))
  const server = createServer(client => {
    const upstream = connect({ host, port: Number(port) })
    let rest = Buffer.alloc(0)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.on('data', chunk => client.write(chunk))
    client.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      while (!isTripped && rest.length >= lengthBytes && rest.length >= lengthBytes + rest.readInt32BE(0)) {
        const frame = rest.subarray(0, lengthBytes + rest.readInt32BE(0))
        rest = rest.subarray(frame.length)
        isTripped =
          frame.length > typeAt + 4 &&
          isChosen({ type: frame.readInt32BE(typeAt), text: frame.toString('latin1') })
        if (isTripped) trip()
        else upstream.write(frame)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tripped,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
