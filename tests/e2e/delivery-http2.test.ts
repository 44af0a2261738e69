import {
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createAuthority } from '@iris/common/http/testing/certificates'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'

interface Seen {
  readonly version: string
  readonly headers: NodeJS.Dict<unknown>
  readonly body: string
}

describe('a subscription with http2Enabled', () => {
  let stack: TestStack
  const folder = mkdtempSync(join(tmpdir(), 'iris-http2-e2e-'))
  const authority = createAuthority(folder)
  const identity = authority.issue('DNS:localhost,IP:127.0.0.1')
  const closing: (() => void)[] = []

  beforeAll(async () => {
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      settings: { 'consumers-service': { 'consumer.ssl.caFile': authority.caFile } },
    })
  })
  afterAll(async () => {
    await stack.stop()
    closing.forEach(close => close())
    rmSync(folder, { recursive: true })
  })

  async function listen(server: Server): Promise<number> {
    const sockets = new Set<{ destroy(): void }>()
    server.on('connection', socket => sockets.add(socket))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.close()
      sockets.forEach(socket => socket.destroy())
    })
    return (server.address() as AddressInfo).port
  }
  async function receiver(isSecure: boolean): Promise<{ port: number; seen: Seen[]; sessions(): number }> {
    const seen: Seen[] = []
    let sessions = 0
    const handle = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        seen.push({ version: request.httpVersion, headers: request.headers, body })
        response.end()
      })
    }
    const server = isSecure
      ? createSecureServer({ ...identity, allowHTTP1: true }, handle)
      : createServer(handle)
    server.on('session', () => sessions++)
    return { port: await listen(server), seen, sessions: () => sessions }
  }

  it('over TLS gets HTTP/2 by ALPN, and HTTP/1.1 again after a change of nothing else', async () => {
    const { port, seen, sessions } = await receiver(true)
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `https://user:word@localhost:${port}/in?a=1`, {
      http2Enabled: true,
      headers: [{ name: 'X-Fixed', value: 'f' }],
    })
    const count = 100
    const published = await Promise.all(
      Array.from({ length: count }, (_, index) => stack.publish(topic, `{"n": ${index}}`)),
    )
    await eventually(() => expect(seen).toHaveLength(count))

    expect(new Set(seen.map(each => each.version))).toEqual(new Set(['2.0']))
    expect(seen.map(each => each.body).sort()).toEqual(
      Array.from({ length: count }, (_, index) => `{"n": ${index}}`).sort(),
    )
    const ids = published.map(each => each.headers.get('hermes-message-id'))
    expect(new Set(seen.map(each => each.headers['hermes-message-id']))).toEqual(new Set(ids))
    expect(seen[0]?.headers).toMatchObject({
      ':path': '/in?a=1',
      ':authority': `localhost:${port}`,
      'content-type': 'application/json',
      'x-fixed': 'f',
      authorization: `Basic ${Buffer.from('user:word').toString('base64')}`,
    })
    for (const name of ['keep-alive', 'connection', 'accept-encoding']) {
      expect(seen[0]?.headers).not.toHaveProperty(name)
    }
    expect(sessions()).toBeLessThanOrEqual(2)

    await stack.api.updateSubscription(topic, name, { http2Enabled: false })
    await eventually(async () => {
      await stack.publish(topic, '{}')
      expect(seen.at(-1)?.version).toBe('1.1')
    })
    await stack.api.updateSubscription(topic, name, { http2Enabled: true })
    await eventually(async () => {
      await stack.publish(topic, '{}')
      expect(seen.at(-1)?.version).toBe('2.0')
    })
  })

  it('in the clear gets HTTP/2 at once', async () => {
    const { port, seen } = await receiver(false)
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `http://127.0.0.1:${port}/in`, { http2Enabled: true })
    await stack.publish(topic, '{"a":1}')

    await eventually(() => expect(seen).toHaveLength(1))
    expect(seen[0]).toMatchObject({ version: '2.0', body: '{"a":1}' })
  })

  it('is not served by HTTP/1.1 where the endpoint speaks nothing else', async () => {
    const requests: unknown[] = []
    const server = createHttpsServer(identity, (request, response) => {
      requests.push(request.url)
      response.end()
    })
    const port = await listen(server)
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `https://localhost:${port}/in`, {
      http2Enabled: true,
      subscriptionPolicy: { messageTtl: 0 },
    })
    await stack.publish(topic, '{"a":1}')
    const path = `/topics/${topic}/subscriptions/${name}/dead-letters`
    const items = await eventually(async () => {
      const answer = await stack.api.manage('GET', path)
      const found = (JSON.parse(answer.text) as { items: { reason: string }[] }).items
      expect(found).toHaveLength(1)
      return found
    })

    expect(items[0]?.reason).toMatch(/h2|ALPN|no application protocol/)
    expect(requests).toEqual([])
  })
})
