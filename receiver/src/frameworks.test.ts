import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expressHandler } from './express.js'
import { fastifyReceiver } from './fastify.js'
import { httpListener } from './http.js'
import { createReceiver, type Problem } from './receiver.js'
import { keys, signedHeaders } from './testing/signed.js'

const bodyBytesMax = 1_000
const answerMs = 30_000
const seen: string[] = []
const problems: Problem[] = []
const receiver = createReceiver({
  keys,
  bodyBytesMax,
  onProblem: problem => void problems.push(problem),
  handle: ({ body }) => void seen.push(body.toString()),
})

interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a server. */
async function listening(listener: RequestListener): Promise<Running> {
  const server: Server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, stop }
}

const servers: Readonly<Record<string, () => Promise<Running>>> = {
  'plain http': () => listening(httpListener(receiver)),
  'Express, reading itself': () => {
    const app = express()
    app.post('/in', expressHandler(receiver))
    app.use(express.json())
    app.post('/json', (request, response) => void response.json(request.body))
    return listening(app)
  },
  'Express behind express.raw()': () => {
    const app = express()
    app.post('/in', express.raw({ type: () => true, limit: bodyBytesMax * 2 }), expressHandler(receiver))
    return listening(app)
  },
  Fastify: async () => {
    const app = fastify()
    app.post('/json', async request => request.body)
    await app.register(fastifyReceiver(receiver, { path: '/in' }))
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url, stop: () => app.close() }
  },
}

const post = (url: string, body: string, headers: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(answerMs) })

describe.each(Object.keys(servers))('behind %s a receiver', name => {
  let server: Running
  beforeAll(async () => {
    server = await servers[name]!()
  })
  afterAll(() => server.stop())

  it('checks the very bytes, white space and umlauts included', async () => {
    const body = `{ "name" :  "${name} ä" }`
    const good = await post(`${server.url}/in`, body, signedHeaders(body))
    const forged = await post(`${server.url}/in`, body.replace('ä', 'b'), signedHeaders(body))

    expect(good.status).toBe(204)
    expect(forged.status).toBe(401)
    expect(await forged.text()).toBe('')
    expect(seen.filter(each => each.includes(name))).toEqual([body])
  })

  it.each(['application/json', 'text/plain', 'application/cloudevents+json'])('takes %s', async type => {
    const answer = await post(`${server.url}/in`, '{}', { ...signedHeaders('{}'), 'content-type': type })

    expect(answer.status).toBe(204)
  })

  it('stops reading at its bound, with a declared length and without', async () => {
    const body = JSON.stringify('x'.repeat(bodyBytesMax))
    const declared = await post(`${server.url}/in`, body, signedHeaders(body))
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.from(body))
        controller.close()
      },
    })
    const chunked = await fetch(`${server.url}/in`, {
      ...{ method: 'POST', body: chunks, duplex: 'half', headers: signedHeaders(body) },
      signal: AbortSignal.timeout(answerMs),
    })

    expect([declared.status, chunked.status]).toEqual([413, 413])
    expect(await declared.text()).toBe('')
  })
})

describe('what surrounds a receiver', () => {
  it.each(['Express, reading itself', 'Fastify'])('keeps its own parser: %s', async name => {
    const server = await servers[name]!()
    const answer = await post(`${server.url}/json`, '{"a":1}', { 'content-type': 'application/json' })

    expect(await answer.json()).toEqual({ a: 1 })
    await server.stop()
  })

  it('and has taken the body apart before, is told so, and Iris to come again', async () => {
    const app = express()
    app.use(express.json())
    app.post('/in', expressHandler(receiver))
    const server = await listening(app)
    const answer = await post(`${server.url}/in`, '{}', signedHeaders('{}'))

    expect(answer.status).toBe(503)
    expect(problems.at(-1)).toMatchObject({ kind: 'set-up', text: expect.stringContaining('express.json()') })
    await server.stop()
  })

  it('asks with another method and is refused', async () => {
    const server = await listening(httpListener(receiver))
    const answer = await fetch(server.url, { signal: AbortSignal.timeout(answerMs) })

    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    await server.stop()
  })
})
