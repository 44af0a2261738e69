import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HermesError } from '@iris/common/errors/hermes-error'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createRoutes } from '@iris/common/http/router'
import { createReadiness, readinessPages } from '../readiness/readiness.js'
import { createHandlers, metricsPage } from './routes.js'

let server: Server
let url: string
let isClosed = false
let refusing = false
let judging: (request: IncomingMessage) => Promise<void> | null = () => null

const published: string[] = []
const publish = (_request: IncomingMessage, response: ServerResponse, topic: string): void => {
  published.push(topic)
  response.end(`<${topic}>`)
}
const publishMany = (_request: IncomingMessage, response: ServerResponse, topic: string | null): void => {
  response.end(`many <${topic}>`)
}

beforeAll(async () => {
  const readiness = createReadiness([() => true])
  readiness.started()
  const handlers = createHandlers({
    publish,
    publishMany,
    judge: request => judging(request),
    pages: [...readinessPages(readiness), metricsPage(createMetrics('hermes_frontend_'))],
    resources: [],
    scheduler: createVirtualTime(),
    isClosed: () => isClosed,
    onDefect: error => {
      if ((error as Error).message !== 'nobody could judge') throw error
    },
  })
  server = createServer((request, response) => {
    if (refusing) handlers.refuse(request, response, new HermesError('TOO_MANY_HEADERS', 'too many'))
    else handlers.handle(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

beforeEach(() => {
  isClosed = false
  refusing = false
  judging = () => null
})

afterAll(() => void server.close())

async function ask(method: string, path: string): Promise<[status: number, text: string]> {
  const answer = await fetch(url + path, { method })
  return [answer.status, await answer.text()]
}

describe('routes of the frontend', () => {
  it.each([
    ['POST', '/topics/a.b', 200, '<a.b>'],
    ['POST', '/topics/A_b-c.d', 200, '<A_b-c.d>'],
    ['POST', '/topics/a.b/', 200, '<a.b>'],
    ['POST', '/topics/a.b?x=1', 200, '<a.b>'],
    ['POST', '/topics/a%2eb', 200, '<a.b>'],
    ['POST', '/topics/a%2fb', 200, '<a/b>'],
    ['POST', '/topics/', 200, '<>'],
    ['POST', '/topics/a.b/batch', 200, 'many <a.b>'],
    ['POST', '/topics/a.b/batch/?records=wrapped', 200, 'many <a.b>'],
    ['POST', '/topics/batch', 200, 'many <null>'],
    ['POST', '/topics/batch/', 200, 'many <null>'],
    ['POST', '/topics/batch?x', 200, 'many <null>'],
    ['POST', '/topics/batch.b', 200, '<batch.b>'],
    ['GET', '/topics/batch', 405, ''],
    ['GET', '/topics/a.b/batch', 405, ''],
    ['POST', '/topics', 404, ''],
    ['POST', '/topics/a/b', 404, ''],
    ['POST', '/TOPICS/a.b', 404, ''],
    ['GET', '/topics/a.b', 405, ''],
    ['GET', '/status/ping', 200, 'UP'],
    ['GET', '/status/health', 200, 'UP'],
    ['GET', '/', 200, 'UP'],
    ['GET', '/status/ready', 503, 'NOT_READY'],
    ['POST', '/', 405, ''],
  ])('%s %s is %d %j', async (method, path, status, text) => {
    expect(await ask(method, path)).toEqual([status, text])
  })

  it.each([
    ['application/cloudevents-batch+json', 'many <a.b>'],
    ['Application/CloudEvents-Batch+JSON; charset=utf-8', 'many <a.b>'],
    ['application/cloudevents+json', '<a.b>'],
    ['application/json', '<a.b>'],
  ])('take a body of %s as %s', async (type, text) => {
    for (const path of ['/topics/a.b', '/topics/a%2eb']) {
      const answer = await fetch(url + path, { method: 'POST', headers: { 'Content-Type': type } })
      expect(await answer.text()).toBe(text)
    }
  })

  it('treat a plain path as the Router would', async () => {
    const handle = (_request: IncomingMessage, response: ServerResponse, { name = '' }): void => {
      response.end(`<${name}>`)
    }
    const slow = createServer(
      createRoutes([{ method: 'POST', path: '/topics/:name{/}', handle }], () => undefined),
    )
    await new Promise<void>(resolve => slow.listen(0, '127.0.0.1', resolve))
    const slowUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`

    for (const name of ['a.b', '..a', '-', '_', 'a.b.c', 'A-1_2.x', '__proto__', 'constructor', '%61']) {
      const answer = await fetch(`${slowUrl}/topics/${name}`, { method: 'POST' })
      expect(await ask('POST', `/topics/${name}`)).toEqual([answer.status, await answer.text()])
    }
    slow.close()
  })

  it('go on where judging fails: the gate of the topic says what is to be said', async () => {
    judging = () => Promise.reject(new Error('nobody could judge'))

    expect(await ask('POST', '/topics/a.b')).toEqual([200, '<a.b>'])
  })

  it('wait until it is known who calls, and go on for nobody who has gone meanwhile', async () => {
    const asked: IncomingMessage[] = []
    let judged = (): void => undefined
    judging = request => {
      asked.push(request)
      return new Promise(resolve => (judged = resolve))
    }
    const gone = new AbortController()
    const left = fetch(`${url}/topics/c.d`, { method: 'POST', signal: gone.signal })
    await expect.poll(() => asked.length).toBe(1)
    gone.abort()
    await expect(left).rejects.toThrow()
    await expect.poll(() => asked[0]?.destroyed).toBe(true)
    judged()

    const answer = ask('POST', '/topics/a.b')
    await expect.poll(() => asked.length).toBe(2)
    judged()
    expect(await answer).toEqual([200, '<a.b>'])
    expect(published).not.toContain('c.d')
  })

  it('are 503 with an empty body on every path once closed', async () => {
    isClosed = true

    for (const path of ['/topics/a.b', '/status/ping', '/status/prometheus', '/nowhere'])
      expect(await ask('POST', path)).toEqual([503, ''])
  })

  it('answer what the listener refuses with an id and the body of an error', async () => {
    refusing = true

    const answer = await fetch(`${url}/topics/a.b`, { method: 'POST' })

    expect(answer.status).toBe(431)
    expect(answer.headers.get('hermes-message-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual({ message: 'too many', code: 'TOO_MANY_HEADERS' })
  })

  it('show the metrics in the type of Prometheus', async () => {
    const answer = await fetch(`${url}/status/prometheus`)

    expect(answer.headers.get('content-type')).toBe('text/plain;version=0.0.4;charset=utf-8')
    expect(await answer.text()).toContain('process_cpu')
  })
})
