/**
 * An HTTP/2 endpoint frame by frame, for tests that need one that breaks the rules.
 * Takes what to do with each request's HEADERS. Gives a server; it answers SETTINGS and nothing else itself.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** One connection of the endpoint. */
export interface FrameConnection {
  readonly socket: Socket
  /** HEADERS frames so far. */
  readonly requestCount: number
  send(type: FrameType, flags: number, streamId: number, payload?: Buffer): void
  /** The answer to a stream in one frame. */
  answer(streamId: number, status: number): void
}

export interface FrameServer {
  readonly port: number
  /** Connections so far. */
  connectionCount(): number
  /** Error codes of the RST_STREAM frames that came. */
  resets(): readonly number[]
  /** Answers to PING: what was sent before the PING has been read by then. */
  pongCount(): number
  close(): void
}

/** What came besides requests. */
interface Seen {
  readonly resets: number[]
  pongCount: number
}

/** Frame types of RFC 9113, section 6. */
export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes]

export const endStream = 0x1
export const endHeaders = 0x4
const ack = 0x1
const prefaceLength = 24
const headLength = 9

/** SETTINGS as pairs of identifier and value. */
export function settingsPayload(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6)
  pairs.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return payload
}

/** GOAWAY: the last stream that was or will be served, and an error code. */
export function goawayPayload(lastStreamId: number, code: number): Buffer {
  const payload = Buffer.alloc(8)
  payload.writeUInt32BE(lastStreamId, 0)
  payload.writeUInt32BE(code, 4)
  return payload
}

/** Starts the endpoint on loopback; `settings` is what it says first. */
export async function startFrameServer(
  onRequest: (connection: FrameConnection, streamId: number) => void,
  settings: Buffer = Buffer.alloc(0),
): Promise<FrameServer> {
  const seen: Seen = { resets: [], pongCount: 0 }
  const sockets = new Set<Socket>()
  let connectionCount = 0
  const server: Server = createServer(socket => {
    connectionCount++
    sockets.add(socket)
    socket.on('error', () => undefined)
    serve(socket, settings, onRequest, seen)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connectionCount: () => connectionCount,
    resets: () => seen.resets,
    pongCount: () => seen.pongCount,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serve(
  socket: Socket,
  settings: Buffer,
  onRequest: (connection: FrameConnection, streamId: number) => void,
  seen: Seen,
): void {
  const connection = {
    socket,
    requestCount: 0,
    send(type: FrameType, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)) {
      if (!socket.destroyed) socket.write(Buffer.concat([headOf(type, flags, streamId, payload), payload]))
    },
    answer(streamId: number, status: number) {
      // `:status` without indexing: entry 8 of HPACK's static table, then the three digits.
      const block = Buffer.concat([Buffer.from([0x08, 3]), Buffer.from(String(status))])
      connection.send(frameTypes.headers, endStream | endHeaders, streamId, block)
    },
  }
  connection.send(frameTypes.settings, 0, 0, settings)
  let bytes = Buffer.alloc(0)
  let isOpen = false
  socket.on('data', chunk => {
    bytes = Buffer.concat([bytes, chunk])
    if (!isOpen && bytes.length < prefaceLength) return
    if (!isOpen) bytes = bytes.subarray(prefaceLength)
    isOpen = true
    while (bytes.length >= headLength) {
      const length = bytes.readUIntBE(0, 3)
      if (bytes.length < headLength + length) return
      const [type, flags, streamId] = [bytes[3], bytes[4] ?? 0, bytes.readUInt32BE(5)]
      const payload = bytes.subarray(headLength, headLength + length)
      bytes = bytes.subarray(headLength + length)
      if (type === frameTypes.settings && (flags & ack) === 0) connection.send(frameTypes.settings, ack, 0)
      if (type === frameTypes.reset) seen.resets.push(payload.readUInt32BE(0))
      if (type === frameTypes.ping && (flags & ack) !== 0) seen.pongCount++
      if (type !== frameTypes.headers) continue
      connection.requestCount++
      onRequest(connection, streamId)
    }
  })
}

function headOf(type: FrameType, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headLength)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(streamId, 5)
  return head
}
