import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frontendMetrics } from '@iris/common/metrics/names'
import { createMetrics } from '@iris/common/metrics/registry'
import { systemScheduler } from '@iris/common/time/scheduler'
import type { Fellow } from './card.js'
import { createForwarder, isForwarded, type Forwarder, type ForwardRequest } from './forward.js'

let server: Server
let forwarder: Forwarder
let fellow: Fellow
const seen: IncomingMessage[] = []
const metrics = createMetrics('hermes_frontend_')

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request)
    response.writeHead(201, ['Hermes-Message-Id', 'the-one']).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  fellow = { id: 'other', host: '127.0.0.1', port, pid: 1, startedMs: 0, token: 'theirs' }
  forwarder = createForwarder(systemScheduler, metrics)
})

afterAll(async () => {
  await forwarder.stop()
  server.close()
})

const post: ForwardRequest = {
  ...{ method: 'POST', path: '/topics/a.b', headers: ['Idempotency-Key', '"1"'] },
  ...{ body: Buffer.from('{}'), limitMs: 5_000 },
}

describe('a request passed on', () => {
  it('comes back with the answer and was marked on its way', async () => {
    const answer = await forwarder.forward('me', fellow, post)

    expect(answer).toMatchObject({ kind: 'answer', status: 201 })
    expect(seen).toHaveLength(1)
    expect(isForwarded(seen[0]!, 'theirs')).toBe(true)
    expect(isForwarded(seen[0]!, 'of another')).toBe(false)
    expect(seen[0]!.headers['iris-forwarded']).toBe('me')
    expect(seen[0]!.headers['idempotency-key']).toBe('"1"')
    expect(metrics.counter(frontendMetrics.forwards, 'answered').value).toBe(1)
  })

  it('bears nothing that a client has pretended', async () => {
    const pretended = ['iris-forwarded', 'somebody', 'IRIS-FORWARDED-TOKEN', 'theirs']
    await forwarder.forward('me', { ...fellow, token: '' }, { ...post, headers: pretended })

    const [request] = seen.slice(-1)
    expect(request!.headers['iris-forwarded']).toBe('me')
    expect(isForwarded(request!, 'theirs')).toBe(false)
    expect(isForwarded({ headers: { 'iris-forwarded-token': '' } }, '')).toBe(false)
  })

  it('comes to nothing, surely unsent, where nobody listens', async () => {
    const answer = await forwarder.forward('me', { ...fellow, port: 1 }, post)

    expect(answer).toMatchObject({ kind: 'failed', isUnsent: true })
    expect(metrics.counter(frontendMetrics.forwards, 'failed').value).toBe(1)
  })
})
