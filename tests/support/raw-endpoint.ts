/**
 * A webhook receiver that answers with whatever bytes a test writes.
 * Takes what to do with each request, over TCP or TLS. Gives the requests, and what the sender let through.
 * Promises: reads requests properly and judges nothing; a connection ends when the test ends it or it stops.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** A request as it came. */
export interface RawRequest {
  /** The request line and the header lines. */
  readonly head: string
  readonly body: string
  readonly retryCount: number
  readonly messageId: string
  /** Which connection it came by, from 1. */
  readonly connection: number
  readonly atMs: number
}

export interface RawEndpoint {
  readonly port: number
  requests(): readonly RawRequest[]
  /** Connections so far. */
  connectionCount(): number
  /** Bytes that the other side has taken of what was written, or that lie in buffers on the way. */
  writtenBytes(): number
  stop(): void
}

/** Starts it on loopback. */
export async function startRawEndpoint(
  answer: (socket: Socket, request: RawRequest) => void,
  options: { readonly tls?: TlsOptions; readonly onConnection?: (socket: Socket) => void } = {},
): Promise<RawEndpoint> {
  const requests: RawRequest[] = []
  const sockets = new Set<Socket>()
  let connectionCount = 0
  const serve = (socket: Socket): void => {
    const connection = ++connectionCount
    sockets.add(socket)
    socket.on('error', () => undefined)
    options.onConnection?.(socket)
    let text = ''
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      for (;;) {
        const end = text.indexOf('\r\n\r\n')
        const length = Number(/^content-length: (\d+)$/im.exec(text.slice(0, end))?.[1] ?? 0)
        if (end < 0 || text.length < end + 4 + length) return
        const head = text.slice(0, end)
        const request: RawRequest = {
          head,
          body: Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString(),
          retryCount: Number(valueIn(head, 'hermes-retry-count')),
          messageId: valueIn(head, 'hermes-message-id'),
          connection,
          atMs: performance.now(),
        }
        text = text.slice(end + 4 + length)
        requests.push(request)
        answer(socket, request)
      }
    })
  }
  const server: Server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    connectionCount: () => connectionCount,
    writtenBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0),
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** A head and a body as one answer. */
export function rawAnswer(status: string, lines: readonly string[] = [], body = ''): string {
  return [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...lines, '', body].join('\r\n')
}

function valueIn(head: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? ''
}
