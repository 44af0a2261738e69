import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRoutes } from '@iris/common/http/router'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Fellow } from '../fellows/card.js'
import type { Fellows } from '../fellows/fellows.js'
import type { Forwarded } from '../fellows/forward.js'
import { createStatusResource, fellowsMax } from './status-resource.js'
import type { StatePorts } from './subscription-states.js'

const fellowOf = (id: string): Fellow => ({ id, host: 'h', port: 1, pid: 1, startedMs: 0, token: 't' })
const answerOf = (status: number, body: string): Forwarded => ({
  ...{ kind: 'answer', status, headers: [], body: Buffer.from(body) },
})
const knows = answerOf(200, '{"status":"ACCEPTED"}')
const knowsNothing = answerOf(404, '{"code":"MESSAGE_NOT_KNOWN"}')
const isStopping = answerOf(503, '')
const isSilent: Forwarded = { kind: 'failed', isUnsent: false, detail: 'no whole answer' }

let server: Server
let url: string
let self: Fellow | null
/** What each fellow would answer. */
let words: Map<string, Forwarded>
let asked: string[]
let limitsMs: number[]

beforeAll(async () => {
  const fellows = {
    self: () => self,
    all: () => [...words.keys()].map(fellowOf),
    find: (id: string) => (words.has(id) ? fellowOf(id) : undefined),
  } as unknown as Fellows
  const resource = createStatusResource({
    scheduler: createVirtualTime(),
    spools: null,
    ports: {} as StatePorts,
    retention: '60 s',
    onDefect: error => {
      throw error
    },
    company: {
      fellows,
      isForwarded: ({ headers }) => headers['iris-forwarded-token'] === 'ours',
      forward(to, { limitMs }) {
        asked.push(to.id)
        limitsMs.push(limitMs)
        return Promise.resolve(words.get(to.id) ?? isSilent)
      },
    },
  })
  const route = createRoutes([resource], error => {
    throw error as Error
  })
  server = createServer((request, response) => route(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/topics/acme.orders/messages/m`
})

beforeEach(() => {
  self = fellowOf('here')
  words = new Map()
  asked = []
  limitsMs = []
})

afterAll(() => void server.close())

async function ask(
  query: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; retryAfter: string | null; code: unknown }> {
  const answer = await fetch(url + query, { headers, signal: AbortSignal.timeout(10_000) })
  const { code } = (await answer.json()) as { code?: unknown }
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), code }
}

const away = { status: 503, retryAfter: '1', code: 'NOT_READY' }
const notKnown = { status: 404, retryAfter: null, code: 'MESSAGE_NOT_KNOWN' }
const known = { status: 200, retryAfter: null, code: undefined }

describe('the status of a message that another frontend accepted', () => {
  it.each<[string, Record<string, Forwarded>, string, object]>([
    ['is what the named one says', { b: knows, c: knowsNothing }, '?at=b', known],
    ['is what another says, where the named one has another id now', { c: knows }, '?at=b', known],
    ['is what another says, where the named one is silent', { b: isSilent, c: knows }, '?at=b', known],
    ['is 404 when everybody says so', { b: knowsNothing, c: knowsNothing }, '?at=b', notKnown],
    ['is 404 when everybody says so, named or not', { b: knowsNothing, c: knowsNothing }, '', notKnown],
    ['is 503 while the named one is silent', { b: isSilent, c: knowsNothing }, '?at=b', away],
    ['is 503 while the named one stops', { b: isStopping, c: knowsNothing }, '?at=b', away],
    ['is 503 while the named one is not there', { c: knowsNothing }, '?at=b', away],
    ['is 503 while any that may have it is silent', { b: isSilent, c: knowsNothing }, '', away],
    ['is 503 while another than the named one is silent', { b: knowsNothing, c: isSilent }, '?at=b', away],
  ])('%s', async (_what, answers, query, expected) => {
    words = new Map(Object.entries(answers))

    expect(await ask(query)).toEqual(expected)
  })

  it('is asked of as many as there are, and not denied where there are too many to ask', async () => {
    for (let count = 0; count < fellowsMax; count++) words.set(`f${count}`, knowsNothing)
    expect(await ask('')).toEqual(notKnown)
    expect(asked).toHaveLength(fellowsMax)

    words.set('one more', knows)
    expect(await ask('')).toEqual(away)
  })

  it('is asked of nobody by one who was asked by a fellow', async () => {
    words.set('b', knows)

    expect(await ask('', { 'Iris-Forwarded-Token': 'ours' })).toEqual(notKnown)
    expect(await ask('', { 'Iris-Forwarded-Token': 'a guess' })).toEqual(known)
  })

  it('is waited for as long as a fellow needs to ask for the subscriptions', async () => {
    words.set('b', knows)
    await ask('?at=b')

    expect(limitsMs[0]).toBeGreaterThan(6_000)
  })

  it('is 503 while this frontend does not know the others yet', async () => {
    self = null

    expect(await ask('')).toEqual(away)
  })
})
