/**
 * Endpoints that misbehave, each in one way, for the table of hostile subscribers.
 * Takes a certificate authority and a way to answer names. Gives for each row the address to call, and what
 * is to become of a message that is tried once.
 * Promises: everything listens on loopback and ends with `stop`.
 */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { selfSigned, type Authority, type Identity } from '@iris/common/http/testing/certificates'
import type { DnsAnswer } from '@iris/common/http/testing/dns-server'
import {
  frameTypes,
  goawayPayload,
  settingsPayload,
  startFrameServer,
  type FrameConnection,
} from '@iris/common/http/testing/http2-frames'
import { rawAnswer, startRawEndpoint } from './raw-endpoint.js'

/** What a message that is tried once comes to: delivered, or dead for a reason. */
export type HostileVerdict = 'delivered' | RegExp

export interface HostileRow {
  readonly url: string
  readonly verdict: HostileVerdict
  /** Members of the subscription over the usual ones. */
  readonly overrides?: object
  /** What the other side let us write, where it matters. */
  readonly writtenBytes?: () => number
}

export interface HostileParts {
  readonly folder: string
  readonly authority: Authority
  /** A second authority whose root is trusted as well. */
  readonly other: Authority
  /** Answers of the DNS server by name. */
  readonly zone: Map<string, DnsAnswer | (() => DnsAnswer)>
}

export interface HostileEndpoints {
  readonly rows: Readonly<Record<string, HostileRow>>
  /** Where redirects point to: how often it was dialled. */
  canaryDials(): number
  stop(): void
}

type RawAct = (socket: Socket) => void

const ok = rawAnswer('200 OK')
const unreadable = /^(?!Total timeout)/
/** Ends at its deadline. */
export const late = /^Total timeout \d+ ms elapsed$/
const gzipBomb = gzipSync(Buffer.alloc(20 * 1024 * 1024))

/** Starts them all. */
export async function startHostileEndpoints(parts: HostileParts): Promise<HostileEndpoints> {
  const stops: (() => void)[] = []
  let dials = 0
  const canary = await listening(
    createTcpServer(() => dials++),
    stops,
  )
  const rows: Record<string, HostileRow> = {}
  for (const [name, [act, verdict, overrides]] of Object.entries(rawRows(canary))) {
    const endpoint = await startRawEndpoint(socket => act(socket))
    stops.push(endpoint.stop)
    const url = `http://127.0.0.1:${endpoint.port}/`
    rows[name] = { url, verdict, writtenBytes: endpoint.writtenBytes, ...(overrides && { overrides }) }
  }
  Object.assign(rows, await tlsRows(parts, stops), await http2Rows(stops), await dnsRows(parts, stops))
  return { rows, canaryDials: () => dials, stop: () => stops.forEach(stop => stop()) }
}

/** D1, D3 to D8, D10, D11: what goes wrong on a plain connection. */
function rawRows(canary: number): Record<string, readonly [RawAct, HostileVerdict, object?]> {
  const head = 'HTTP/1.1 200 OK\r\n'
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`
  const say =
    (text: string | Buffer): RawAct =>
    socket =>
      void socket.write(text)
  const after =
    (delayMs: number): RawAct =>
    socket =>
      void setTimeout(() => socket.write(ok), delayMs).unref()
  const slow = { subscriptionPolicy: { messageTtl: 0, requestTimeout: 5_000 } }
  const redirect = (status: string, to: string): RawAct => say(rawAnswer(status, [`Location: ${to}`]))
  const to = `http://127.0.0.1:${canary}/`
  const notDelivered = (status: number): RegExp => new RegExp(`status code: ${status}$`)
  const encodings = Array<string>(1_000).fill('gzip').join(', ')
  return {
    'D1 slow, within its time': [after(2_500), 'delivered', slow],
    'D1 slow, over its time': [after(5_500), late, slow],
    'D2 silence': [() => undefined, late],
    'D3 reset at once': [socket => void socket.resetAndDestroy(), unreadable],
    'D3 end at once': [socket => void socket.end(), unreadable],
    'D3 end in the head': [socket => void socket.end(head), unreadable],
    'D3 reset in the body': [cutAfter(`${head}Content-Length: 100\r\n\r\nhalf`), 'delivered'],
    'D4 endless body': [pour(chunked, `4000\r\n${'x'.repeat(0x4000)}\r\n`), 'delivered'],
    'D4 body of 10 GB': [pour(`${head}Content-Length: 10000000000\r\n\r\n`, 'x'.repeat(0x4000)), 'delivered'],
    'D5 endless head': [pour(head, 'X-Line: 1\r\n'.repeat(100)), unreadable],
    'D5 header of 1 MiB': [say(`${head}X-Long: ${'x'.repeat(1 << 20)}\r\n\r\n`), unreadable],
    'D5 100,000 headers': [say(`${head}${'X: y\r\n'.repeat(100_000)}\r\n`), unreadable],
    // The parser has no limit for the words after the status: the attempt's time is the limit.
    'D5 endless status line': [drip('OK'.repeat(5_000), 'HTTP/1.1 200 '), late],
    'D6 dripping head': [drip(`${head}X-Slow: ${'x'.repeat(500)}`), late],
    'D6 dripping body': [drip('x'.repeat(500), `${head}Content-Length: 500\r\n\r\n`), 'delivered'],
    'D7 gzip bomb': [say(bomb('gzip')), 'delivered'],
    'D7 a thousand encodings': [say(bomb(encodings)), 'delivered'],
    'D8 100 Continue × 10,000': [say('HTTP/1.1 100 Continue\r\n\r\n'.repeat(10_000) + ok), /^bad response$/],
    'D8 103 × 10,000': [say('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000) + ok), 'delivered'],
    'D8 101': [
      say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      unreadable,
    ],
    'D8 204 with a body': [say('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'), 'delivered'],
    'D8 304': [say('HTTP/1.1 304 Not Modified\r\n\r\n'), notDelivered(304)],
    'D8 000': [say('HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'), notDelivered(0)],
    'D8 999': [say(rawAnswer('999 Odd')), notDelivered(999)],
    'D10 302 to loopback': [redirect('302 Found', to), notDelivered(302)],
    'D10 307 to loopback': [redirect('307 Elsewhere', to), notDelivered(307)],
    'D10 301 to a file': [redirect('301 Moved', 'file:///etc/passwd'), notDelivered(301)],
    'D10 308 to metadata': [redirect('308 Moved', 'http://169.254.169.254/'), notDelivered(308)],
    'D10 Refresh': [say(rawAnswer('200 OK', [`Refresh: 0; url=${to}`, `Location: ${to}`])), 'delivered'],
    'D11 Retry-After without end': [say(rawAnswer('503 No', ['Retry-After: 1000000000'])), notDelivered(503)],
    'D12 410': [say(rawAnswer('410 Gone')), notDelivered(410)],
  }
}

/** D13. The last word of each name says what is wrong with it. */
async function tlsRows(
  { folder, authority, other }: HostileParts,
  stops: (() => void)[],
): Promise<Record<string, HostileRow>> {
  const names = 'DNS:localhost'
  const server = async (options: TlsOptions): Promise<number> => {
    const endpoint = createTlsServer(options, socket => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        if (chunk.toString('latin1').endsWith('}')) socket.write(ok)
      })
    })
    endpoint.on('tlsClientError', () => undefined)
    return listening(endpoint, stops)
  }
  const row = async (
    identity: Identity,
    verdict: HostileVerdict,
    more: TlsOptions = {},
  ): Promise<HostileRow> => ({
    url: `https://localhost:${await server({ ...identity, ...more })}/`,
    verdict,
  })
  const oldOnly: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }
  const stalled = await listening(
    createTcpServer(socket => socket.on('error', () => undefined)),
    stops,
  )
  return {
    'D13 good': await row(authority.issue(names), 'delivered'),
    'D13 good, by the other root': await row(other.issue(names), 'delivered'),
    'D13 expired': await row(authority.issue(names, { days: -1 }), /^TLS: certificate has expired$/),
    'D13 self-signed': await row(selfSigned(folder, names), /^TLS: self-signed certificate$/),
    'D13 wrong name': await row(authority.issue('DNS:other.test'), /^TLS: Hostname\/IP does not match/),
    'D13 TLS 1.0': await row(authority.issue(names), /^TLS: .*protocol/, oldOnly),
    'D13 chain missing': await row(
      authority.intermediate().issue(names),
      /^TLS: unable to (verify the first certificate|get local issuer certificate)$/,
    ),
    'D13 handshake stalled': { url: `https://localhost:${stalled}/`, verdict: late },
  }
}

/** D14. What is not begun with is repeated at once; all else is a failure of this attempt. */
async function http2Rows(stops: (() => void)[]): Promise<Record<string, HostileRow>> {
  const overrides = { http2Enabled: true }
  const row = async (
    act: (connection: FrameConnection, streamId: number, connectionCount: number) => void,
    verdict: HostileVerdict,
    settings?: Buffer,
  ): Promise<HostileRow> => {
    const server = await startFrameServer(
      (connection, id) => act(connection, id, server.connectionCount()),
      settings,
    )
    stops.push(server.close)
    return { url: `http://127.0.0.1:${server.port}/`, verdict, overrides }
  }
  const flood = (type: 4 | 6, payload: Buffer) => (connection: FrameConnection) => {
    const timer = setInterval(() => {
      for (let count = 0; count < 200; count++) connection.send(type, 0, 0, payload)
    }, 5)
    connection.socket.on('close', () => clearInterval(timer))
  }
  return {
    'D14 GOAWAY before it began': await row((connection, id, connections) => {
      if (connections > 1) connection.answer(id, 200)
      else connection.send(frameTypes.goaway, 0, 0, goawayPayload(0, 0))
    }, 'delivered'),
    'D14 GOAWAY with an error': await row(
      (connection, id) => connection.send(frameTypes.goaway, 0, 0, goawayPayload(id, 2)),
      /Session closed with error code 2/,
    ),
    'D14 RST_STREAM': await row(
      (connection, id) => connection.send(frameTypes.reset, 0, id, Buffer.from([0, 0, 0, 2])),
      /INTERNAL_ERROR/,
    ),
    'D14 SETTINGS flood': await row(flood(frameTypes.settings, Buffer.alloc(0)), /[Ff]lood/),
    'D14 PING flood': await row(flood(frameTypes.ping, Buffer.alloc(8)), /[Ff]lood/),
    'D14 zero window': await row(() => undefined, late, settingsPayload([4, 0])),
    'D14 no streams': await row(() => undefined, late, settingsPayload([3, 0])),
    'D14 999': await row((connection, id) => connection.answer(id, 999), /status code: 999$/),
  }
}

/** D15. */
async function dnsRows({ zone }: HostileParts, stops: (() => void)[]): Promise<Record<string, HostileRow>> {
  const good = createHttpServer((request, response) => void request.resume().on('end', () => response.end()))
  const port = await listening(good, stops)
  const six = createHttpServer((request, response) => void request.resume().on('end', () => response.end()))
  await new Promise<void>(resolve => six.listen(0, '::1', resolve))
  stops.push(() => void (six.closeAllConnections(), six.close()))
  const sixPort = (six.address() as AddressInfo).port
  let turn = 0
  const many = Array.from({ length: 1_000 }, () => ({ address: '127.0.0.1' }))
  zone.set('slow.test', { records: [{ address: '127.0.0.1' }], delayMs: 30_000 })
  zone.set('many.test', { records: many })
  zone.set('six.test', { records: [{ address: '::1' }] })
  zone.set('private.test', { records: [{ address: '10.0.0.1' }, { address: '169.254.169.254' }] })
  zone.set('changing.test', () => ({ records: [{ address: turn++ % 2 === 0 ? '127.0.0.1' : '127.0.0.2' }] }))
  return {
    'D15 no such name': { url: `http://nobody.test:${port}/`, verdict: /^nobody\.test has no address$/ },
    'D15 slow name': { url: `http://slow.test:${port}/`, verdict: late },
    'D15 1,000 addresses': { url: `http://many.test:${port}/`, verdict: 'delivered' },
    'D15 IPv6 only': { url: `http://six.test:${sixPort}/`, verdict: 'delivered' },
    'D15 changing name': { url: `http://changing.test:${port}/`, verdict: 'delivered' },
    'D15 private addresses': { url: `http://private.test:${port}/`, verdict: /may not be called/ },
  }
}

function pour(first: string, more: string): RawAct {
  return socket => {
    socket.write(first)
    const go = (): void => {
      while (!socket.destroyed && socket.write(more)) continue
    }
    socket.on('drain', go)
    go()
  }
}

function drip(text: string, first = ''): RawAct {
  return socket => {
    if (first !== '') socket.write(first)
    let at = 0
    const timer = setInterval(() => socket.write(text.charAt(at++)), 200)
    socket.on('close', () => clearInterval(timer))
  }
}

function cutAfter(text: string): RawAct {
  return socket => socket.write(text, () => void setTimeout(() => socket.resetAndDestroy(), 50).unref())
}

function bomb(encoding: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${gzipBomb.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), gzipBomb])
}

async function listening(server: Server, stops: (() => void)[]): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}
