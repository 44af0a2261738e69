import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal } from '../errors/hermes-error.js'
import { silentLog } from '../lifecycle/log.js'
import { everybody } from '../access/principal.js'
import { eventStreamAnswer, eventStreamType, reading, type AnswerStream, type ApiGuard } from './api.js'
import { createExpressApp } from './express-app.js'
import { createHostCheck } from './host-names.js'

const limitMs = 20_000
const opened: AnswerStream[] = []
let goneCount = 0
let mayRead = true
const judged: string[] = []

const guard: ApiGuard = {
  isAsking: true,
  admit: () =>
    mayRead ? Promise.resolve({ principal: everybody }) : Promise.reject(refusal('UNAUTHENTICATED', {})),
}
const routes = [
  reading(
    'GET',
    '/events',
    async ({ judgeAgain, query }) => {
      if (query.has('refused')) throw refusal('STREAMS_FULL', { problem: 'x' })
      await Promise.resolve()
      return eventStreamAnswer(to => {
        opened.push(to)
        to.onGone(() => void goneCount++)
        to.write('data: 1\n\n')
        if (query.has('judged'))
          judgeAgain().then(
            ({ name }) => judged.push(name),
            (error: unknown) => judged.push(String(error)),
          )
      })
    },
    eventStreamType,
  ),
]

let server: Server
let url: string
beforeAll(async () => {
  const checkHost = createHostCheck({ host: '127.0.0.1', isAsking: false, hostNames: [] })
  const options = { bodyBytesMax: 100, allowedOrigin: '*', guard, checkHost }
  server = createServer(createExpressApp(silentLog, options, routes))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const call = (path = '', init: RequestInit = {}): Promise<Response> =>
  fetch(url + path, { signal: AbortSignal.timeout(limitMs), ...init })

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error('it did not come about')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

describe('an answer that lasts', () => {
  it('goes out at once, goes on, and ends behind what was written', async () => {
    const answer = await call()
    const chunks = answer.body!.getReader()
    const first = await chunks.read()
    opened.at(-1)!.write('data: 2\n\n')
    opened.at(-1)!.end()
    opened.at(-1)!.write('data: 3\n\n')
    let rest = ''
    for (let read = await chunks.read(); !read.done; read = await chunks.read())
      rest += Buffer.from(read.value).toString()

    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(Buffer.from(first.value).toString() + rest).toBe('data: 1\n\ndata: 2\n\n')
  })

  it('tells who writes when its caller goes', async () => {
    const before = goneCount
    const abort = new AbortController()
    const answer = await call('', { signal: abort.signal })
    await answer.body!.getReader().read()
    abort.abort()

    await until(() => goneCount === before + 1)
    let isTold = false
    opened.at(-1)!.onGone(() => (isTold = true))
    expect(isTold).toBe(true)
  })

  it('counts what its caller has not taken, and can be cut off', async () => {
    // Node's `fetch` may take a chunked answer on a connection that is to close for whole when it breaks off.
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get(url, { signal: AbortSignal.timeout(limitMs) }, resolve).on('error', reject),
    )
    answer.on('error', () => undefined)
    const before = goneCount
    const to = opened.at(-1)!
    await until(() => {
      to.write(Buffer.alloc(1024 * 1024, 0x20))
      return to.waitingBytes() > 2 * 1024 * 1024
    })
    to.cut()

    await until(() => goneCount === before + 1)
    await new Promise(resolve => answer.once('close', resolve).resume())
    expect(answer.complete).toBe(false)
  })

  it('can ask again whether its caller still may', async () => {
    const stays = await call('?judged=1')
    await until(() => judged.length === 1)
    mayRead = false
    const refused = await call('?judged=1')
    mayRead = true

    expect([judged[0], refused.status]).toEqual([everybody.name, 401])
    opened.at(-1)!.end()
    await stays.text()
  })

  it('is refused before it begins like any other', async () => {
    const full = await call('?refused=1')

    expect([full.status, ((await full.json()) as { code: string }).code]).toEqual([503, 'STREAMS_FULL'])
  })

  it('has only a head for who asks for no more', async () => {
    const before = goneCount
    const answer = await call('', { method: 'HEAD' })

    expect([answer.status, await answer.text()]).toEqual([200, ''])
    await until(() => goneCount === before + 1)
  })
})
