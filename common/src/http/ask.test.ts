import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemScheduler } from '../time/scheduler.js'
import { createAsker, type Asker } from './ask.js'

let server: Server
let asker: Asker
let url: string
const pages: Record<string, RequestListener> = {
  '/rows?name=a': (_request, response) => response.end('[{"a":1}]'),
  '/text': (_request, response) => response.end('no json'),
  '/away': (_request, response) => response.writeHead(503).end('{}'),
  '/moved': (_request, response) => response.writeHead(302, { Location: '/rows?name=a' }).end(),
  '/silent': () => undefined,
  '/slow-body': (_request, response) => void response.write('['),
}

beforeAll(async () => {
  server = createServer((request, response) => pages[request.url ?? '']?.(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  asker = createAsker(systemScheduler)
})
afterAll(async () => {
  await asker.stop()
  server.closeAllConnections()
  server.close()
})

describe('a question to a process of ours', () => {
  it('gives the JSON of its answer', async () => {
    expect(await asker.json(`${url}/rows?name=a`, 5_000)).toEqual([{ a: 1 }])
  })

  it.each([
    ['/text', /JSON/],
    ['/away', /it answered 503/],
    ['/moved', /it answered 302/],
  ])('fails on %s', async (path, reason) => {
    await expect(asker.json(url + path, 5_000)).rejects.toThrow(reason)
  })

  it.each(['/silent', '/slow-body'])('ends at its limit on %s', async path => {
    await expect(asker.json(url + path, 50)).rejects.toThrow('did not finish in 50 ms')
  })

  it('fails where nobody listens', async () => {
    await expect(asker.json('http://127.0.0.1:9/', 5_000)).rejects.toThrow('ECONNREFUSED')
  })
})
