import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPublisher, type PublishOptions } from './publish.js'

interface Seen {
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

describe('publishing', () => {
  const seen: Seen[] = []
  let answer: (response: ServerResponse) => void = response => void response.writeHead(201).end()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
      answer(response)
    })
  })
  let url: URL
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  const message = {
    id: 'm1',
    topic: 'a.b',
    key: 'ä',
    headers: { 'X-One': '1' },
    body: Buffer.from('{"n":1}'),
  }
  const publish = async (
    options: Partial<PublishOptions> = {},
    tries = 0,
    signal = new AbortController().signal,
  ) => {
    const usual = { frontends: [url], authorization: null, timeoutMs: 30_000, inflightMax: 1 }
    const publisher = createPublisher({ ...usual, ...options })
    try {
      return await publisher.publish(message, tries, signal)
    } finally {
      publisher.stop()
    }
  }

  it('sends the bytes, the key in UTF-8, the id as the idempotency key, and who it is', async () => {
    expect(await publish({ authorization: 'Bearer x' })).toMatchObject({ kind: 'answer', status: 201 })

    const { headers, ...rest } = seen.at(-1)!
    expect(rest).toEqual({ url: '/topics/a.b', body: '{"n":1}' })
    expect(headers).toMatchObject({
      ...{ 'idempotency-key': '"m1"', 'outbox-message-id': 'm1', authorization: 'Bearer x', 'x-one': '1' },
      ...{ 'content-type': 'application/json', 'content-length': '7' },
    })
    expect(Buffer.from(String(headers['partition-key']), 'latin1').toString()).toBe('ä')
  })

  it('answers for credentials that no header carries, without repeating them', async () => {
    const answer = await publish({ authorization: 'Bearer secret\n' })

    expect(answer).toEqual({ kind: 'none', problem: expect.stringMatching(/^((?!secret).)*Authorization/) })
  })

  it('keeps the path of a frontend behind a gateway', async () => {
    await publish({ frontends: [new URL('/iris/', url)] })

    expect(seen.at(-1)?.url).toBe('/iris/topics/a.b')
  })

  it('gives status, Retry-After and text', async () => {
    answer = response => void response.writeHead(503, { 'Retry-After': '7' }).end('later')

    expect(await publish()).toEqual({ kind: 'answer', status: 503, retryAfter: '7', text: 'later' })
  })

  it('ends at its deadline, when nobody answers', async () => {
    answer = () => undefined

    expect(await publish({ timeoutMs: 50 })).toEqual({ kind: 'none', problem: 'no answer in 50 ms' })
  })

  it('ends at its deadline, when an answer never ends', async () => {
    answer = response => void response.writeHead(201, { 'Content-Length': '10' }).write('a')

    expect(await publish({ timeoutMs: 50 })).toMatchObject({ kind: 'none' })
  })

  it('ends when the relay stops, and does not begin then', async () => {
    const stopped = new AbortController()
    answer = () => stopped.abort()

    expect(await publish({}, 0, stopped.signal)).toEqual({ kind: 'none', problem: 'the relay stops' })
    const before = seen.length
    expect(await publish({}, 0, stopped.signal)).toEqual({ kind: 'none', problem: 'the relay stops' })
    expect(seen).toHaveLength(before)
  })

  it('goes to the next frontend with the next try', async () => {
    answer = response => void response.writeHead(201).end()
    const frontends = [new URL('http://127.0.0.1:1'), url]

    expect(await publish({ frontends }, 0)).toMatchObject({
      kind: 'none',
      problem: expect.stringContaining('ECONN'),
    })
    expect(await publish({ frontends }, 1)).toMatchObject({ status: 201 })
  })
})
