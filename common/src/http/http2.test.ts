import { createServer, createSecureServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { parseNetworks } from './address-guard.js'
import type { AttemptResult, OutgoingRequest } from './attempt.js'
import { createHttpClient, type HttpClient, type HttpTarget } from './client.js'
import { createAuthority } from './testing/certificates.js'
import {
  frameTypes,
  goawayPayload,
  settingsPayload,
  startFrameServer,
  type FrameConnection,
  type FrameServer,
} from './testing/http2-frames.js'
import { createTrust, type Trust } from './trust.js'

const cleanUps: (() => void)[] = []
afterEach(() => cleanUps.splice(0).forEach(clean => clean()))

function makeClient(trust?: Trust, allowed = ['127.0.0.0/8']): HttpClient {
  const client = createHttpClient(
    {
      clock: systemClock,
      scheduler: systemScheduler,
      resolve: (_name, callback) => callback(null, ['127.0.0.1']),
      ...(trust === undefined ? {} : { trust }),
    },
    {
      connectionsMax: 100,
      connectTimeoutMs: 1000,
      idleMs: 10_000,
      allowedNetworks: parseNetworks(allowed),
    },
  )
  cleanUps.push(() => client.stop())
  return client
}

async function listening(server: Http2Server): Promise<URL> {
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', session => sessions.add(session))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    sessions.forEach(session => session.destroy())
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

function endpoint(
  handle: (stream: ServerHttp2Stream, headers: NodeJS.Dict<unknown>, body: string) => void,
): Promise<URL> {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => handle(stream, headers, Buffer.concat(chunks).toString()))
  })
  return listening(server)
}

async function frames(
  onRequest: (connection: FrameConnection, streamId: number) => void,
  settings?: Buffer,
): Promise<{ server: FrameServer; url: URL }> {
  const server = await startFrameServer(onRequest, settings)
  cleanUps.push(() => server.close())
  return { server, url: new URL(`http://127.0.0.1:${server.port}/`) }
}

const h2 = (url: URL, requestsMax = 5, client = makeClient()): HttpTarget =>
  client.target(url, requestsMax, 'HTTP/2')

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

describe('a target that speaks HTTP/2', () => {
  it('sends bytes and fields as they are, what may be given once only once, and gives the answer', async () => {
    const seen: [NodeJS.Dict<unknown>, string][] = []
    const url = await endpoint((stream, headers, body) => {
      seen.push([headers, body])
      stream.additionalHeaders({ ':status': 103 })
      stream.respond({ ':status': 503, 'retry-after': '7', 'iris-verdict': 'discard' })
      stream.end('sorry')
    })
    const headers = [
      'X-One',
      'a',
      'x-one',
      'b',
      'User-Agent',
      'old',
      'user-agent',
      'Iris',
      'Host',
      'other.test',
    ]

    const result = await attempt(h2(url), { headers, body: Buffer.from('{"a": 1 }') })
    expect(result).toEqual({ kind: 'answer', status: 503, retryAfter: '7', verdict: 'discard', body: null })
    expect(seen[0]?.[1]).toBe('{"a": 1 }')
    expect(Object.fromEntries(Object.entries(seen[0]?.[0] ?? {}))).toEqual({
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': 'other.test',
      ':path': '/in?x=1',
      'x-one': 'a, b',
      'user-agent': 'Iris',
      'content-length': '9',
    })
  })

  it('carries many requests on one connection, and no more than the endpoint allows on each', async () => {
    const most = { now: 0, max: 0 }
    let sessionCount = 0
    const server = createServer({ settings: { maxConcurrentStreams: 4 } })
    server.on('session', () => sessionCount++)
    server.on('stream', stream => {
      most.max = Math.max(most.max, ++most.now)
      stream.resume().on('end', () => {
        setTimeout(() => {
          most.now--
          stream.respond({ ':status': 200 })
          stream.end()
        }, 10)
      })
    })
    const limited = h2(await listening(server), 3)
    expect(await attempt(limited)).toMatchObject({ status: 200 })
    const results = await Promise.all(Array.from({ length: 40 }, () => attempt(limited)))
    expect(results.every(result => result.kind === 'answer' && result.status === 200)).toBe(true)
    expect(sessionCount).toBe(3)
    expect(most.max).toBeLessThanOrEqual(12)

    const url = await endpoint(stream => {
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const free = h2(url, 50)
    await Promise.all(Array.from({ length: 50 }, () => attempt(free)))
    expect(free.connectionCount).toBe(1)
  })

  it('goes on after GOAWAY on a new connection, and repeats at once what was not begun', async () => {
    const { server, url } = await frames((connection, streamId) => {
      if (server.connectionCount() > 1) return connection.answer(streamId, 200)
      connection.send(frameTypes.goaway, 0, 0, goawayPayload(0, 0))
    })
    const target = h2(url)

    const results = await Promise.all([attempt(target), attempt(target), attempt(target)])
    expect(results).toEqual(Array(3).fill(expect.objectContaining({ kind: 'answer', status: 200 })))
    expect(server.connectionCount()).toBe(2)
  })

  it('lets end what is under way when GOAWAY comes, and sends nothing more there', async () => {
    const { server, url } = await frames((connection, streamId) => {
      if (server.connectionCount() > 1) return connection.answer(streamId, 204)
      connection.send(frameTypes.goaway, 0, 0, goawayPayload(streamId, 0))
      connection.send(frameTypes.ping, 0, 0, Buffer.alloc(8))
      answerFirst = () => connection.answer(streamId, 200)
    })
    let answerFirst = (): void => undefined
    const target = h2(url)

    const first = attempt(target)
    await expect.poll(() => server.pongCount()).toBe(1)
    expect(await attempt(target)).toMatchObject({ status: 204 })
    answerFirst()
    expect(await first).toMatchObject({ status: 200 })
    await expect.poll(() => target.connectionCount).toBe(1)
  })

  it('repeats a refused request twice and then gives it back as failed', async () => {
    const { url } = await frames((connection, streamId) => {
      count++
      connection.send(frameTypes.reset, 0, streamId, Buffer.from([0, 0, 0, 7]))
    })
    let count = 0

    const result = await attempt(h2(url))
    expect(result).toMatchObject({ kind: 'error', isOurFault: false })
    expect(count).toBe(3)
  })

  it.each<[string, (connection: FrameConnection, streamId: number) => void, RegExp]>([
    ['RST_STREAM', (c, id) => c.send(frameTypes.reset, 0, id, Buffer.from([0, 0, 0, 2])), /INTERNAL_ERROR/],
    [
      'RST_STREAM without an error',
      (c, id) => c.send(frameTypes.reset, 0, id, Buffer.alloc(4)),
      /no|without/,
    ],
    ['GOAWAY with an error', (c, id) => c.send(frameTypes.goaway, 0, 0, goawayPayload(id, 11)), /11/],
    ['a closed connection', c => void c.socket.end(), /other side closed/],
    ['a reset connection', c => void c.socket.resetAndDestroy(), /other side closed/],
    ['a push', (c, id) => c.send(frameTypes.push, 4, id, Buffer.from([0, 0, 0, 2, 0x82])), /Protocol error/],
    ['a flood of SETTINGS', c => flood(c, frameTypes.settings, Buffer.alloc(0)), /lood/],
    ['a flood of PING', c => flood(c, frameTypes.ping, Buffer.alloc(8)), /lood/],
    ['endless CONTINUATION', (c, id) => continuation(c, id), /CONTINUATION/],
  ])('takes %s as a failure of the endpoint', async (_what, act, reason) => {
    const { url } = await frames(act)
    const target = h2(url)

    const result = await attempt(target)
    expect(result).toMatchObject({ kind: 'error', isOurFault: false })
    expect(JSON.stringify(result)).toMatch(reason)
  })

  it.each<[string, Buffer | undefined]>([
    ['never answers', undefined],
    ['opens no window', settingsPayload([4, 0])],
    ['allows no streams', settingsPayload([3, 0])],
  ])('ends at its deadline where the endpoint %s, and resets the stream', async (_what, settings) => {
    const { url } = await frames(() => undefined, settings)
    const target = h2(url)
    const startMs = systemClock.monotonic()

    const result = await attempt(target, { timeoutMs: 300, body: Buffer.alloc(100_000) })
    const tookMs = systemClock.monotonic() - startMs
    expect(result).toEqual({ kind: 'timeout', afterMs: 300, detail: 'Total timeout 300 ms elapsed' })
    expect(tookMs).toBeGreaterThanOrEqual(299)
    expect(target.waitingCount).toBe(0)
  })

  it('leaves a connection on which nothing comes any more', async () => {
    const { server, url } = await frames((connection, streamId) => {
      if (connection.requestCount === 1 || server.connectionCount() > 1) connection.answer(streamId, 200)
    })
    const target = h2(url)

    expect(await attempt(target)).toMatchObject({ status: 200 })
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(await attempt(target, { timeoutMs: 200 })).toMatchObject({ kind: 'timeout' })
    expect(await attempt(target)).toMatchObject({ status: 200 })
    expect(server.connectionCount()).toBe(2)
    expect(target.connectionCount).toBe(1)
  })

  it('cuts an answer that does not end, and the connection goes on', async () => {
    let written = 0
    const url = await endpoint(stream => {
      stream.respond({ ':status': 200 })
      const pour = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(0x4000))) written += 0x4000
      }
      stream.on('drain', pour)
      pour()
    })
    const target = h2(url)

    expect(await attempt(target)).toMatchObject({ status: 200 })
    expect(await attempt(target)).toMatchObject({ status: 200 })
    const wanted = await attempt(target, { wantsBody: () => true })
    expect(wanted).toMatchObject({ kind: 'error', isOurFault: false })
    expect(written).toBeLessThan(2 * 1024 * 1024)
    expect(target.connectionCount).toBe(1)
  })

  it('gives the body of an answer that is wanted', async () => {
    const url = await endpoint(stream => {
      stream.respond({ ':status': 207, 'content-type': 'a/b' })
      stream.end('abc')
    })

    const wantsBody = (status: number, type: string): boolean => status === 207 && type === 'a/b'
    expect(await attempt(h2(url), { wantsBody })).toMatchObject({ status: 207, body: Buffer.from('abc') })
  })

  it('dials no forbidden address, neither as a literal nor behind a name', async () => {
    const url = await endpoint(() => expect.unreachable())
    const client = makeClient(undefined, [])

    expect(await attempt(h2(url, 1, client))).toMatchObject({ kind: 'forbidden' })
    const name = new URL(`http://rebinding.test:${url.port}/`)
    expect(await attempt(h2(name, 1, client))).toMatchObject({ kind: 'forbidden' })
    expect(client.connectionCount()).toBe(0)
  })

  it('writes nothing of a request that is refused at the last moment, and goes on with the next', async () => {
    let received = 0
    const url = await endpoint(stream => {
      received++
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const target = h2(url)
    let refusal: string | null = 'held back'
    const options = { refusal: () => refusal }

    expect(await attempt(target, options)).toEqual({ kind: 'error', detail: 'held back', isOurFault: true })
    expect(await attempt(target, options)).toMatchObject({ isOurFault: true })
    expect(received).toBe(0)
    refusal = null
    expect(await attempt(target, options)).toMatchObject({ kind: 'answer', status: 200 })
    expect(received).toBe(1)
  })

  it('ends what is cancelled without a result, and fails what is under way at a stop as our own fault', async () => {
    const { server, url } = await frames(() => undefined)
    const client = makeClient()
    const target = h2(url, 5, client)
    const cancelled = target.send({
      ...{ path: '/', method: 'POST', headers: [], body: Buffer.from('x'), timeoutMs: 300 },
      ...{ socketTimeoutMs: 0, wantsBody: null, refusal: () => null },
      done: () => expect.unreachable(),
    })
    const underWay = attempt(target)
    setTimeout(() => cancelled.cancel(), 30)
    setTimeout(() => client.stop(), 80)

    expect(await underWay).toMatchObject({ kind: 'error', isOurFault: true })
    expect(client.connectionCount()).toBe(0)
    expect(server.connectionCount()).toBe(1)
  })

  it('over TLS agrees to h2, or fails where the endpoint does not speak it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iris-http2-'))
    cleanUps.push(() => rmSync(folder, { recursive: true }))
    const authority = createAuthority(folder)
    const identity = authority.issue('DNS:good.test')
    const files = { caFile: authority.caFile, certFile: '', keyFile: '' }
    const trust = createTrust({ scheduler: systemScheduler, log: silentLog }, files)
    cleanUps.push(() => trust.stop())
    const speaking = createSecureServer(identity, (_request, response) => response.end())
    const url = await listening(speaking)
    const other = createTlsServer({ ...identity, ALPNProtocols: ['http/1.1'] }, socket =>
      socket.on('error', () => undefined),
    )
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    cleanUps.push(() => other.close())
    const otherPort = (other.address() as AddressInfo).port

    const named = new URL(`https://good.test:${url.port}/`)
    expect(await attempt(h2(named, 1, makeClient(trust)))).toMatchObject({ status: 200 })
    expect(await attempt(h2(named, 1))).toMatchObject({ kind: 'error' })
    const place = { host: '127.0.0.1', port: Number(url.port) }
    const placed = (name: string): HttpTarget =>
      makeClient(trust).target(new URL(`https://${name}/`), 1, 'HTTP/2', place)
    expect(await attempt(placed('good.test'))).toMatchObject({ status: 200 })
    expect(await attempt(placed('other.test'))).toMatchObject({
      kind: 'error',
      detail: expect.stringContaining('TLS: Hostname/IP does not match') as string,
    })
    const refused = await attempt(h2(new URL(`https://good.test:${otherPort}/`), 1, makeClient(trust)))
    expect(refused).toMatchObject({ kind: 'error', isOurFault: false })
  })
})

function flood({ socket, send }: FrameConnection, type: 4 | 6, payload: Buffer): void {
  const timer = setInterval(() => {
    for (let count = 0; count < 200; count++) send(type, 0, 0, payload)
  }, 5)
  socket.on('close', () => clearInterval(timer))
}

function continuation({ socket, send }: FrameConnection, streamId: number): void {
  send(frameTypes.headers, 0, streamId, Buffer.from([0x88]))
  const timer = setInterval(
    () => send(frameTypes.continuation, 0, streamId, Buffer.from([0, 1, 97, 1, 98])),
    2,
  )
  socket.on('close', () => clearInterval(timer))
}
