import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { parseNetworks } from './address-guard.js'
import type { AttemptResult, OutgoingRequest } from './attempt.js'
import { createHttpClient, type HttpClient, type HttpTarget } from './client.js'
import type { ResolveName } from './guarded-lookup.js'

const cleanUps: (() => void)[] = []
afterEach(() => cleanUps.splice(0).forEach(clean => clean()))

async function listening(server: Server | TcpServer): Promise<URL> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/in?x=1`)
}

function endpoint(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer(handle)
  cleanUps.push(() => (server.closeAllConnections(), server.close()))
  return listening(server)
}

/** An endpoint that writes raw bytes once it has a whole request of ours. */
function rawEndpoint(answer: (socket: Socket) => void): Promise<URL> {
  const server = createTcpServer(socket => {
    let seen = ''
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      seen += chunk.toString('latin1')
      if (!seen.endsWith('BODY')) return
      seen = ''
      answer(socket)
    })
    cleanUps.push(() => socket.destroy())
  })
  cleanUps.push(() => server.close())
  return listening(server)
}

function makeClient(
  allowed = ['127.0.0.0/8', '::1'],
  resolve?: ResolveName,
  connectionsMax = 100,
): HttpClient {
  const toLoopback: ResolveName = (_name, callback) => callback(null, ['127.0.0.1'])
  const deps = { clock: systemClock, scheduler: systemScheduler, resolve: resolve ?? toLoopback }
  const options = { connectionsMax, connectTimeoutMs: 1000, idleMs: 10_000 }
  const client = createHttpClient(deps, { ...options, allowedNetworks: parseNetworks(allowed) })
  cleanUps.push(() => client.stop())
  return client
}

function attempt(target: HttpTarget, options: Partial<OutgoingRequest> = {}): Promise<AttemptResult> {
  return new Promise(done => {
    target.send({
      path: '/in?x=1',
      method: 'POST',
      headers: ['Content-Type', 'application/json'],
      body: Buffer.from('BODY'),
      timeoutMs: 10_000,
      socketTimeoutMs: 0,
      wantsBody: null,
      refusal: () => null,
      done,
      ...options,
    })
  })
}

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

describe('the client for foreign endpoints', () => {
  it('sends the bytes and header lines as they are, and gives status, Retry-After and verdict', async () => {
    const seen: unknown[] = []
    const url = await endpoint((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        seen.push(request.method, request.url, request.rawHeaders, Buffer.concat(chunks).toString())
        response.writeHead(503, { 'Retry-After': '7', 'IRIS-verdict': 'discard' }).end('sorry')
      })
    })
    const target = makeClient().target(url, 5)

    const headers = ['X-One', 'a', 'X-One', 'b', 'Content-Type', 'application/json']
    const result = await attempt(target, { headers, body: Buffer.from('{"a": 1 }') })
    expect(result).toEqual({ kind: 'answer', status: 503, retryAfter: '7', verdict: 'discard', body: null })
    expect(seen).toEqual([
      'POST',
      '/in?x=1',
      ['host', url.host, 'connection', 'keep-alive', ...headers, 'content-length', '9'],
      '{"a": 1 }',
    ])
  })

  it('reads neither Retry-After nor a verdict on a 2xx', async () => {
    const url = await endpoint((request, response) => {
      request.resume()
      response.writeHead(202, { 'Retry-After': '7', 'Iris-Verdict': 'retry' }).end()
    })

    const result = await attempt(makeClient().target(url, 1))
    expect(result).toMatchObject({ status: 202, retryAfter: null, verdict: null })
  })

  it('uses a connection again, and never more than its bound', async () => {
    const sockets = new Set<unknown>()
    const url = await endpoint((request, response) => {
      sockets.add(request.socket)
      request.resume().on('end', () => setTimeout(() => response.end(), 5))
    })
    const target = makeClient().target(url, 3)

    const results = await Promise.all(Array.from({ length: 30 }, () => attempt(target)))
    const expected = { kind: 'answer', status: 200, retryAfter: null, verdict: null, body: null }
    expect(results).toEqual(Array(30).fill(expected))
    expect(sockets.size).toBe(3)
  })

  it('follows no redirect and keeps no cookie', async () => {
    const seen: unknown[] = []
    const url = await endpoint((request, response) => {
      seen.push(request.url, request.headers.cookie)
      response.writeHead(302, { Location: '/other', 'Set-Cookie': 'a=b' }).end()
    })
    const target = makeClient().target(url, 1)

    expect(await attempt(target)).toMatchObject({ status: 302 })
    await attempt(target)
    expect(seen).toEqual(['/in?x=1', undefined, '/in?x=1', undefined])
  })

  it('settles on the status line and cuts a body that does not end', async () => {
    let written = 0
    const url = await rawEndpoint(socket => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const pour = (): void => {
        while (!socket.destroyed && socket.write('4000\r\n' + 'x'.repeat(0x4000) + '\r\n')) written += 0x4000
      }
      socket.on('drain', pour)
      pour()
    })
    const target = makeClient().target(url, 1)

    expect(await attempt(target)).toMatchObject({ status: 200 })
    expect(await attempt(target)).toMatchObject({ status: 200 })
    expect(written).toBeLessThan(16 * 1024 * 1024)
  })

  it.each([
    ['never answers', () => undefined],
    ['drips its head', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Long: ' + 'x'.repeat(1000))],
    ['sends only interim answers', (socket: Socket) => repeat(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')],
  ])('ends at its deadline where the endpoint %s', async (_what, answer) => {
    const target = makeClient().target(await rawEndpoint(answer), 1)
    const startMs = systemClock.monotonic()

    const result = await attempt(target, { timeoutMs: 400 })
    const tookMs = systemClock.monotonic() - startMs
    expect(result).toEqual({ kind: 'timeout', afterMs: 400, detail: 'Total timeout 400 ms elapsed' })
    expect(tookMs).toBeGreaterThanOrEqual(399)
    expect(tookMs).toBeLessThan(3_000)
  })

  it('ends a connection whose answer drips its body, at the deadline', async () => {
    let isClosed = false
    const url = await rawEndpoint(socket => {
      socket.on('close', () => (isClosed = true))
      drip(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n' + 'x'.repeat(1000), 60)
    })
    const target = makeClient().target(url, 1)

    // The whole body would take one and a half, and would leave the connection open.
    expect(await attempt(target, { timeoutMs: 1_000 })).toMatchObject({ status: 200 })
    await expect.poll(() => isClosed).toBe(true)
    expect(target.connectionCount).toBe(0)
  })

  it('gives the body of an answer that is wanted, and of no other', async () => {
    const asked: unknown[] = []
    const wantsBody = (status: number, contentType: string): boolean => {
      asked.push([status, contentType])
      return status === 207
    }
    const url = await rawEndpoint(socket => {
      const status = asked.length === 0 ? '207 Multi-Status' : '200 OK'
      socket.write(`HTTP/1.1 ${status}\r\nCONTENT-type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n`)
      socket.write('2\r\nab\r\n')
      setTimeout(() => socket.write('1\r\nc\r\n0\r\n\r\n'), 20)
    })
    const target = makeClient().target(url, 1)

    const wanted = await attempt(target, { wantsBody })
    expect(wanted).toMatchObject({ kind: 'answer', status: 207, body: Buffer.from('abc') })
    expect(await attempt(target, { wantsBody })).toMatchObject({ status: 200, body: null })
    expect(asked).toEqual([
      [207, 'a/b'],
      [200, 'a/b'],
    ])
  })

  it.each([
    ['is larger than 64 KiB', '10001\r\n' + 'x'.repeat(0x10001) + '\r\n0\r\n\r\n', 'error'],
    ['is cut off', '5\r\nab', 'error'],
    ['does not end in time', '1\r\na\r\n', 'timeout'],
  ])('takes a wanted body that %s as a failure', async (_what, body, kind) => {
    const url = await rawEndpoint(socket => {
      socket.write('HTTP/1.1 207 OK\r\nTransfer-Encoding: chunked\r\n\r\n' + body)
      if (body.startsWith('5')) socket.end()
    })

    const timeoutMs = kind === 'timeout' ? 400 : 10_000
    const result = await attempt(makeClient().target(url, 1), { wantsBody: () => true, timeoutMs })
    expect(result).toMatchObject(kind === 'error' ? { kind, isOurFault: false } : { kind })
  })

  it('ends at a silence longer than the socket timeout', async () => {
    const target = makeClient().target(await rawEndpoint(() => undefined), 1)

    const result = await attempt(target, { timeoutMs: 5000, socketTimeoutMs: 150 })
    expect(result).toMatchObject({ kind: 'timeout', afterMs: 150 })
  })

  it('takes an answer that comes before the request as nobody’s', async () => {
    let count = 0
    const url = await rawEndpoint(socket =>
      socket.write(++count === 1 ? head + head : head.replace('200', '500')),
    )
    const target = makeClient().target(url, 1)

    expect(await attempt(target)).toMatchObject({ status: 200 })
    expect(await attempt(target)).not.toMatchObject({ status: 200 })
  })

  it.each([
    ['closes at once', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
    ['speaks no HTTP', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n\r\n')],
    [
      'has an endless head',
      (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\n' + 'X-A: b\r\n'.repeat(5000)),
    ],
    ['closes within the head', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nX-')],
  ])('gives an error of the other side where it %s', async (_what, answer) => {
    const target = makeClient().target(await rawEndpoint(answer), 1)

    expect(await attempt(target)).toMatchObject({ kind: 'error', isOurFault: false })
  })

  it('gives an error of the other side where nobody listens', async () => {
    const server = createTcpServer()
    const url = await listening(server)
    await new Promise(resolve => server.close(resolve))

    const result = await attempt(makeClient().target(url, 1))
    expect(result).toMatchObject({ kind: 'error', isOurFault: false })
    expect(JSON.stringify(result)).toContain('ECONNREFUSED')
  })

  it('gives the next one its turn where nobody listens, however many wait', async () => {
    const server = createTcpServer()
    const url = await listening(server)
    await new Promise(resolve => server.close(resolve))
    const target = makeClient().target(url, 1)

    const results = await Promise.all(
      Array.from({ length: 20 }, () => attempt(target, { timeoutMs: 10_000 })),
    )
    expect(results).toEqual(Array(20).fill(expect.objectContaining({ kind: 'error', isOurFault: false })))
    expect(target.waitingCount).toBe(0)
  })

  it.each([
    'http://127.0.0.1:1/',
    'http://[::ffff:7f00:1]:1/',
    'http://2130706433:1/',
    'http://localhost:1/',
  ])('refuses the literal %s without dialling', async text => {
    expect(await attempt(makeClient([]).target(new URL(text), 1))).toMatchObject({ kind: 'forbidden' })
  })

  it('refuses a name that means a forbidden address, and dials what was checked', async () => {
    const url = await endpoint((_request, response) => response.end())
    const name = new URL(`http://rebinding.test:${url.port}/`)

    expect(await attempt(makeClient([]).target(name, 1))).toMatchObject({
      kind: 'forbidden',
      detail: 'rebinding.test may not be called: the address 127.0.0.1 is loopback',
    })
    expect(await attempt(makeClient().target(name, 1))).toMatchObject({ status: 200 })
  })

  it('dials another place for an origin, but addresses the origin', async () => {
    const hosts: unknown[] = []
    const url = await endpoint((request, response) => {
      hosts.push(request.headers.host)
      response.end()
    })
    const origin = new URL('http://service.test:8080/')
    const at = (host: string, client = makeClient()): HttpTarget =>
      client.target(origin, 1, 'HTTP/1.1', { host, port: Number(url.port) })

    expect(await attempt(at('127.0.0.1'))).toMatchObject({ status: 200 })
    expect(await attempt(at('worker.test'))).toMatchObject({ status: 200 })
    expect(hosts).toEqual(['service.test:8080', 'service.test:8080'])
    expect(await attempt(at('127.0.0.1', makeClient([])))).toMatchObject({ kind: 'forbidden' })
    expect(await attempt(at('::1', makeClient([])))).toMatchObject({ kind: 'forbidden' })
    expect(await attempt(at('worker.test', makeClient([])))).toMatchObject({ kind: 'forbidden' })
  })

  it('knows a dead resolver as our own fault', async () => {
    const dead: ResolveName = (_name, callback) =>
      callback(Object.assign(new Error('no DNS server answers'), { code: 'RESOLVER_DOWN' }), [])

    const result = await attempt(makeClient([], dead).target(new URL('http://some.name/'), 1))
    expect(result).toEqual({ kind: 'error', detail: 'no DNS server answers', isOurFault: true })
  })

  it('shares the connections of the process: who idles gives way to who needs one', async () => {
    const url = await endpoint((request, response) => request.resume().on('end', () => response.end()))
    const client = makeClient(undefined, undefined, 2)
    const [first, second, third] = [1, 2, 3].map(() => client.target(url, 2))

    for (const target of [first!, second!, third!, first!]) {
      expect(await attempt(target)).toMatchObject({ status: 200 })
    }
    expect(client.connectionCount()).toBe(2)
    const all = [first!, second!, third!].flatMap(target => [1, 2, 3].map(() => attempt(target)))
    expect((await Promise.all(all)).every(result => result.kind === 'answer')).toBe(true)
    expect(client.connectionCount()).toBeLessThanOrEqual(2)
  })

  it('writes nothing of a request that is refused at the last moment, and goes on with the next', async () => {
    let received = 0
    const url = await endpoint((_request, response) => {
      received++
      response.end()
    })
    const target = makeClient().target(url, 1)
    let refusal: string | null = 'held back'
    const options = { refusal: () => refusal }

    expect(await attempt(target, options)).toEqual({ kind: 'error', detail: 'held back', isOurFault: true })
    const waiting = [attempt(target, options), attempt(target, options)]
    expect(await Promise.all(waiting)).toMatchObject([{ isOurFault: true }, { isOurFault: true }])
    expect(received).toBe(0)
    refusal = null
    expect(await attempt(target, options)).toMatchObject({ kind: 'answer', status: 200 })
    expect(received).toBe(1)
  })

  it('ends what is cancelled without a result, and what is under way at a stop as our own fault', async () => {
    const url = await rawEndpoint(() => undefined)
    const client = makeClient()
    const target = client.target(url, 5)
    const sending = target.send({
      path: '/',
      method: 'POST',
      headers: [],
      body: Buffer.from('BODY'),
      timeoutMs: 300,
      socketTimeoutMs: 0,
      wantsBody: null,
      refusal: () => null,
      done: () => expect.unreachable(),
    })
    sending.cancel()
    const underWay = attempt(target)
    setTimeout(() => client.stop(), 50)

    expect(await underWay).toMatchObject({ kind: 'error', isOurFault: true })
    expect(await attempt(target)).toMatchObject({ kind: 'error', isOurFault: true })
    expect(client.connectionCount()).toBe(0)
  })
})

function drip(socket: Socket, text: string, everyMs = 30): void {
  let at = 0
  const timer = setInterval(() => socket.write(text.slice(at, (at += 40))), everyMs)
  socket.on('close', () => clearInterval(timer))
}

function repeat(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 30)
  socket.on('close', () => clearInterval(timer))
}
