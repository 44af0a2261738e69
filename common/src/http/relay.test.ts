import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemScheduler } from '../time/scheduler.js'
import { createRelay, type Relay, type RelayRequest } from './relay.js'

let server: Server
let origin: string
let relay: Relay
let handle: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handle(request, response, Buffer.concat(chunks)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  relay = createRelay(systemScheduler, { connectionsMax: 2, exchangesMax: 3, connectTimeoutMs: 1_000 })
})

afterAll(async () => {
  await relay.stop()
  server.close()
})

const post = (overrides: Partial<RelayRequest> = {}): RelayRequest => ({
  ...{ origin, method: 'POST', path: '/topics/a.b?x=1', headers: [], body: Buffer.from('{}') },
  limitMs: 5_000,
  ...overrides,
})

describe('a relay', () => {
  it('passes a request on and its answer back, byte for byte', async () => {
    const seen: unknown[] = []
    handle = (request, response, body) => {
      const { method, url, headers } = request
      seen.push(method, url, headers['partition-key'], headers['x-raw'], body.toString('latin1'))
      response.writeHead(409, ['Hermes-Message-Id', 'abc', 'Content-Type', 'application/json'])
      response.end('{"code":"x"}')
    }
    const body = Buffer.from([0, 255, 10])

    const answer = await relay.exchange(post({ headers: ['Partition-Key', 'k', 'X-Raw', 'caf\u00e9'], body }))

    expect(seen).toEqual(['POST', '/topics/a.b?x=1', 'k', 'caf\u00e9', body.toString('latin1')])
    expect(answer).toMatchObject({ kind: 'answer', status: 409 })
    if (answer.kind !== 'answer') return
    expect(answer.body.toString()).toBe('{"code":"x"}')
    expect(answer.headers).toEqual(expect.arrayContaining(['Hermes-Message-Id', 'abc']))
  })

  it('leaves out the lines that belong to a connection', async () => {
    let names: string[] = []
    handle = (request, response) => {
      names = Object.keys(request.headers)
      response.end()
    }

    const headers = ['Host', 'other', 'Connection', 'close', 'Transfer-Encoding', 'chunked', 'Expect', 'x']
    await relay.exchange(post({ headers: [...headers, 'Content-Length', '99', 'Kept', 'yes'] }))

    expect(names).toContain('kept')
    expect(names).not.toContain('expect')
    expect(names).not.toContain('transfer-encoding')
  })

  it('says that nothing was sent where nobody listens', async () => {
    const unused = createServer()
    await new Promise<void>(resolve => unused.listen(0, '127.0.0.1', resolve))
    const { port } = unused.address() as AddressInfo
    await new Promise(resolve => unused.close(resolve))

    const answer = await relay.exchange(post({ origin: `http://127.0.0.1:${port}` }))

    expect(answer).toMatchObject({ kind: 'failed', isUnsent: true })
  })

  it('ends at its limit and does not claim that nothing was sent', async () => {
    handle = () => undefined

    const answer = await relay.exchange(post({ limitMs: 100 }))

    expect(answer).toMatchObject({ kind: 'failed', isUnsent: false })
  })

  it('does not claim that nothing was sent when the connection breaks', async () => {
    handle = request => request.socket.destroy()

    expect(await relay.exchange(post())).toMatchObject({ kind: 'failed', isUnsent: false })
  })

  it('begins none beyond its bound, and goes on when there is room again', async () => {
    const held: ServerResponse[] = []
    handle = (_request, response) => void held.push(response)
    const open = [post(), post(), post()].map(request => relay.exchange(request))

    const refused = await relay.exchange(post())
    while (held.length < 2) await new Promise(resolve => setImmediate(resolve))
    handle = (_request, response) => response.end()
    for (const response of held) response.end()

    expect(refused).toMatchObject({ kind: 'failed', isUnsent: true })
    expect((await Promise.all(open)).map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer'])
    expect((await relay.exchange(post())).kind).toBe('answer')
  })
})
