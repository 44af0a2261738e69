import { z } from 'zod'
import { beforeEach, describe, expect, it } from 'vitest'
import { emptyAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { createMemoryLog, type MemoryLog } from '@iris/common/dead-letters/testing/memory-log'
import { HermesError } from '@iris/common/errors/hermes-error'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { LogFields } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { Right } from '@iris/common/access/principal'
import { nothing, withContracts, type RouteKey } from '../http/contract/contract.js'
import { callRoute, type RouteAnswer } from '../http/testing/call-route.js'
import { auditRoutes } from '../http/routes/audit.js'
import { createAuditLog } from './audit-log.js'
import { auditedRoutes } from './audited-routes.js'

interface Item {
  readonly id: string
  readonly action: string
  readonly name: string
}

let time: VirtualTime
let log: MemoryLog
let topics: Map<string, JsonObject>
let made: string[]
let lost: number
let logged: string[]
let routes: readonly ApiRoute[]
let isKafkaAway: boolean

const trying = z.object({ dryRun: z.boolean().nullish(), endpoint: z.string().nullish() })
const refusing: ApiRoute['handle'] = () => Promise.reject(new HermesError('TOPIC_NOT_EXISTS', 'no', 404))

beforeEach(() => {
  time = createVirtualTime(1_000)
  log = createMemoryLog()
  topics = new Map()
  made = []
  lost = 0
  logged = []
  isKafkaAway = false
  const put: ApiRoute['handle'] = ({ params, body }) => {
    topics.set(params['topic'] ?? '', body as JsonObject)
    return Promise.resolve(emptyAnswer())
  }
  const rights: readonly (readonly [RouteKey, Right, ApiRoute['handle']])[] = [
    ['PUT /topics/:topic', 'owner', put],
    ['DELETE /topics/:topic', 'owner', refusing],
    ['POST /mode', 'admin', () => Promise.resolve(emptyAnswer())],
    ['POST /query/topics', 'reader', () => Promise.resolve(emptyAnswer())],
    ['POST /topics/:topic/replay', 'owner', () => Promise.resolve(emptyAnswer())],
    ['GET /topics/:topic', 'owner', () => Promise.resolve(emptyAnswer())],
  ]
  const plain = rights.map(([key, , handle]) => {
    const [method = '', path = ''] = key.split(' ')
    return method === 'PUT' || method === 'POST'
      ? writing(method, path, handle)
      : reading(method as 'GET', path, handle)
  })
  const table = Object.fromEntries(
    rights.map(([key, right]) => [
      key,
      {
        ...{ summary: '', right, answers: { 200: nothing }, onlyAsks: right === 'reader' },
        ...(key.endsWith('/replay') ? { body: { schema: trying, example: {} } } : {}),
      },
    ]),
  )
  const audit = createAuditLog(
    {
      kafka: { create: plan => Promise.resolve((made.push(plan.name), 'created' as const)) },
      letters: {
        append: (_topic, record) =>
          isKafkaAway
            ? Promise.reject(new Error('Kafka is away'))
            : Promise.resolve(log.append({ ...record, timestampMs: time.now() })),
        open: (_topic, fromMs) =>
          Promise.resolve({ first: log.firstSince(fromMs), next: log.next, log: log.log }),
      },
    },
    { kafkaTopic: 'iris_audit', retentionMs: 1_000, replicationFactor: 1 },
  )
  const note = (event: string, fields?: LogFields): void => void logged.push(event + JSON.stringify(fields))
  const parts = {
    clock: time,
    log: { error: note } as never,
    shown: ({ name }: { readonly name: string }) => Promise.resolve(topics.get(name) ?? null),
    append: audit.append,
    lost: () => void lost++,
  }
  const promised = withContracts(plain, [{ tag: '', description: '', routes: table }])
  routes = [...auditedRoutes(parts, promised), ...auditRoutes({ clock: time, audit })]
})

const listed = async (query = ''): Promise<{ items: Item[]; next?: string }> =>
  (await callRoute(routes, 'GET', `/audit${query}`)).body as { items: Item[]; next?: string }
const change = async (topic: string, body: JsonObject, query = ''): Promise<RouteAnswer> => {
  await time.advance(10)
  return callRoute(routes, 'PUT', `/topics/${topic}${query}`, { body })
}

describe('the audit', () => {
  it('holds who changed what, with before and after, the newest first', async () => {
    await change('g.a', { rate: 1 })
    await change('g.a', { rate: 2 }, '?x=1')

    const { items } = await listed()

    expect(items).toEqual([
      {
        ...{ id: '1', time: 1_020, user: '[anonymous user]', action: 'updated', kind: 'topic', name: 'g.a' },
        ...{ request: 'PUT /topics/g.a?x=1', before: { rate: 1 }, after: { rate: 2 } },
        differences: [{ member: 'rate', before: 1, after: 2 }],
      },
      expect.objectContaining({ id: '0', action: 'updated', after: { rate: 1 } }),
    ])
    expect(made).toEqual(['iris_audit'])
  })

  it('holds no reading, no refusal and no trial', async () => {
    await callRoute(routes, 'GET', '/topics/g.a')
    await callRoute(routes, 'POST', '/query/topics')
    expect((await callRoute(routes, 'DELETE', '/topics/g.a')).status).toBe(404)
    await change('g.a', {}, '?dryRun=true')
    await callRoute(routes, 'POST', '/topics/g.a/replay', { body: { dryRun: true } })

    expect(await listed()).toEqual({ items: [] })
  })

  it('believes no body about trials whose route knows none, and tells what a task was asked for', async () => {
    await change('g.a', { dryRun: true })
    const body = { from: 'earliest', endpoint: 'http://user:canary@elsewhere/' }
    await callRoute(routes, 'POST', '/topics/g.a/replay', { body })

    expect((await listed()).items).toEqual([
      expect.objectContaining({
        ...{ action: 'done', kind: 'topic', name: 'g.a', request: 'POST /topics/g.a/replay' },
        asked: { from: 'earliest', endpoint: 'http://user:*****@elsewhere/' },
      }),
      expect.objectContaining({ action: 'updated', name: 'g.a' }),
    ])
  })

  it('is found by user, kind, action, name with what belongs to it, and time, page by page', async () => {
    for (const topic of ['g.a', 'g.b', 'gg.c', 'g.b']) await change(topic, { topic })
    await callRoute(routes, 'POST', '/mode?mode=readOnly')
    const names = async (query: string): Promise<string[]> =>
      (await listed(query)).items.map(each => `${each.action} ${each.name}`)

    expect(await names('?name=g')).toEqual(['updated g.b', 'updated g.b', 'updated g.a'])
    expect(await names('?kind=other')).toEqual(['done /mode'])
    expect(await names('?action=done')).toEqual(['done /mode'])
    expect(await names('?user=nobody')).toEqual([])
    expect(await names('?from=1020&to=1040&kind=topic')).toEqual(['updated gg.c', 'updated g.b'])
    const first = await listed('?limit=2')
    expect(first.items.map(each => each.id)).toEqual(['4', '3'])
    const second = await listed(`?limit=2&after=${first.next}`)
    expect(second.items.map(each => each.id)).toEqual(['2', '1'])
  })

  it.each(['?kind=x', '?action=x', '?from=x', '?to=x', '?limit=0', '?limit=101', '?after=x'])(
    'refuses %s',
    async query => {
      const answer = await callRoute(routes, 'GET', `/audit${query}`)
      expect([answer.status, answer.body]).toEqual([
        400,
        expect.objectContaining({ code: 'VALIDATION_ERROR' }),
      ])
    },
  )

  it('that cannot be stored is logged and counted as a whole, and the change stays answered', async () => {
    isKafkaAway = true

    expect((await change('g.a', { rate: 1 })).status).toBe(200)

    expect(lost).toBe(1)
    expect(logged).toEqual([expect.stringContaining('"name":"g.a"')])
    isKafkaAway = false
    await change('g.a', { rate: 2 })
    expect((await listed()).items.map(each => each.action)).toEqual(['updated'])
  })
})
