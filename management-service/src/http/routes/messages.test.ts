import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { schemaLine, schemaVersionHeader } from '@iris/common/kafka/open-avro'
import { silentLog } from '@iris/common/lifecycle/log'
import type { OpenRegistry } from '@iris/common/schema/open'
import { createSchemas } from '@iris/common/schema/schemas'
import { createMemoryRegistry } from '@iris/common/schema/testing/memory-registry'
import type { Scheduler } from '@iris/common/time/scheduler'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { holdTopic } from '../../changes/testing/held.js'
import { createGate } from '../../gate.js'
import { maskedNames } from '../../messages/mask.js'
import { createMessageLog } from '../../messages/testing/message-log.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { judgeMs } from '../../messages/try-filters.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { messageRoutes } from './messages.js'

interface Shown {
  readonly items: readonly JsonObject[]
  readonly next: string | null
  readonly complete: boolean
}

function setUp(masked: readonly string[] = ['password'], scheduler?: Scheduler, tickMs = 0) {
  const store = createMemoryStore()
  holdTopic(store, 'g.t')
  holdTopic(store, 'g.closed', { subscribingRestricted: true })
  holdTopic(store, 'g.avro', { contentType: 'AVRO' })
  const log = createMessageLog(2)
  const [registry, time] = [createMemoryRegistry(), createVirtualTime()]
  let lookMs = 0
  const clock = { now: time.now, monotonic: () => (lookMs += tickMs) }
  const fields = [
    { name: 'n', type: 'int' },
    { name: 'password', type: 'string' },
  ]
  registry.add('g.avro', JSON.stringify({ type: 'record', name: 'A', fields }))
  const bounds = { refreshMs: 1_000, expireMs: 1_000, compiledIdleMs: 1_000, compiledMax: 10 }
  const schemas = createSchemas({ registry, clock, log: silentLog }, bounds)
  const parts = {
    ...{
      store,
      clock,
      scheduler: scheduler ?? time,
      search: log.search,
      scan: log.scan,
      gate: createGate(1, 'readings'),
      areIdsUsed: false,
    },
    registry: { registry, schemas, subjectOf: (each: string) => each } as unknown as OpenRegistry,
    namespace: { namespace: '', separator: '_' },
    masks: { member: maskedNames(masked), header: maskedNames(masked), isUsed: masked.length > 0 },
  }
  const routes = messageRoutes(parts, { open: () => Promise.reject(new Error('no tails here')) })
  const get = (url: string, principal: Principal = everybody): Promise<RouteAnswer> =>
    callRoute(routes, 'GET', url, { principal })
  const shown = async (url: string): Promise<Shown> => {
    const { status, body } = await get(url)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body as Shown
  }
  const attempt = (body: unknown, topic = 'g.t'): Promise<RouteAnswer> =>
    callRoute(routes, 'POST', `/topics/${topic}/filters/try`, { body })
  return { log, get, shown, attempt }
}

const version = { [schemaVersionHeader]: schemaLine(schemaVersionHeader, 1)[1] }
/** The number 5, and the text `x`. */
const record = Buffer.from([10, 2, 0x78])

describe('the messages of a topic', () => {
  it('are shown as JSON, as text or as Base64, with what is known of each', async () => {
    const { log, shown } = setUp()
    const envelope = '{"_w":true,"metadata":{"id":"m1","timestamp":5},"message":{"n":1.50,"password":"x"}}'
    log.append({ timeMs: 1_000, key: 'k', value: envelope })
    log.append({ timeMs: 2_000, value: 'no JSON', headers: { id: 'm2', 'h-password': 'x', 'h-Trace': 't' } })
    log.append({ partition: 1, timeMs: 3_000, value: Buffer.from([0xff, 0xfe]), headers: { id: 'm3' } })

    expect(await shown('/topics/g.t/browse')).toEqual({
      items: [
        {
          ...{ id: 'm3', key: null, time: '1970-01-01T00:00:03.000Z', partition: 1, offset: 0, size: 2 },
          ...{ headers: {}, masked: false, bodyBase64: '//4=' },
        },
        {
          ...{ id: 'm2', key: null, time: '1970-01-01T00:00:02.000Z', partition: 0, offset: 1, size: 7 },
          ...{ headers: { password: '****', Trace: 't' }, masked: true, bodyText: 'no JSON' },
        },
        {
          ...{ id: 'm1', key: 'k', time: '1970-01-01T00:00:01.000Z', partition: 0, offset: 0, size: 25 },
          ...{ headers: {}, masked: true, body: { n: 1.5, password: '****' } },
        },
      ],
      ...{ next: null, complete: true },
    })
  })

  it('of an AVRO topic are shown as JSON, masked too; what no schema reads says why and shows nothing', async () => {
    const { log, shown } = setUp()
    log.append({ timeMs: 1, value: record, headers: version })
    log.append({ timeMs: 2, value: Buffer.from([1]), headers: version })
    log.append({ timeMs: 3, value: record })
    const { items } = await shown('/topics/g.avro/browse')

    expect(items[2]).toMatchObject({ body: { n: 5, password: '****' }, masked: true })
    expect(items[1]?.['problem']).toMatch(/no record of version 1 of its schema/)
    expect(items[0]?.['problem']).toMatch(/says no schema version/)
    for (const item of items.slice(0, 2))
      expect(Object.keys(item).filter(name => name.startsWith('body'))).toEqual([])
  })

  it('are shown as they are where no name is hidden', async () => {
    const { log, shown } = setUp([])
    log.append({ timeMs: 1, value: '{"password":"x"}' })
    log.append({ timeMs: 2, value: '{"metadata":{"id":1},"message":' })
    const { items } = await shown('/topics/g.t/browse')

    expect(items).toMatchObject([{ bodyText: expect.any(String) as string }, { body: { password: 'x' } }])
    expect(items.map(({ masked }) => masked)).toEqual([false, false])
  })

  it('go on from page to page, in either way', async () => {
    const { log, shown } = setUp()
    for (let n = 0; n < 5; n++) log.append({ partition: n % 2, timeMs: n, value: `${n}` })
    const newest = await shown('/topics/g.t/browse?max=3')
    const next = await shown(`/topics/g.t/browse?max=3&next=${newest.next}`)
    const oldest = await shown('/topics/g.t/browse?from=earliest&partition=0')

    expect([newest, next].map(({ items }) => items.map(({ body }) => body))).toEqual([
      [4, 3, 2],
      [1, 0],
    ])
    expect([newest.complete, next.complete]).toEqual([false, true])
    expect(oldest.items.map(({ body }) => body)).toEqual([0, 2, 4])
  })

  it('of a topic that restricts subscribing are shown to its owners only', async () => {
    const { get, attempt } = setUp()
    const reader = principalOf('anna', [{ role: 'reader', group: 'g' }])
    const owner = principalOf('ben', [], ['Orders Team'])

    expect(await get('/topics/g.closed/browse', reader)).toMatchObject({
      ...{ status: 403, body: { code: 'PERMISSION_DENIED' } },
    })
    expect((await get('/topics/g.closed/browse', owner)).status).toBe(200)
    expect((await get('/topics/g.t/browse', reader)).status).toBe(200)
    expect((await attempt({ filters: [] }, 'g.closed')).status).toBe(200)
  })

  it('are refused for a topic that is not there, and for what cannot be asked', async () => {
    const { get } = setUp()

    expect(await get('/topics/g.none/browse')).toMatchObject({ status: 404 })
    expect(await get('/topics/g.t/browse?max=0')).toMatchObject({
      ...{ status: 400, body: { code: 'VALIDATION_ERROR' } },
    })
  })
})

describe('filters on real messages', () => {
  const german = { type: 'jsonpath', path: '$.country', matcher: 'DE' }

  it('say of each message whether it passes, by what it is refused and why nobody can tell', async () => {
    const { log, attempt } = setUp()
    log.append({ timeMs: 1, value: '{"country":"DE","password":"x"}' })
    log.append({ timeMs: 2, value: '{"country":"PL"}' })
    log.append({ timeMs: 3, value: 'no JSON' })
    const { body } = await attempt({ filters: [german] })

    expect(body).toMatchObject({
      items: [
        { message: { offset: 2 }, passes: false, error: expect.any(String) as string },
        { message: { offset: 1 }, passes: false, refusedBy: 'jsonpath' },
        { message: { offset: 0, body: { password: '****' } }, passes: true },
      ],
      ...{ passed: 1, refused: 1, failed: 1, next: null, complete: true },
    })
  })

  it('that remember messages see them in the order of their time', async () => {
    const { log, attempt } = setUp()
    for (const version of [2, 1, 3]) log.append({ timeMs: 1, value: `{"id":"a","v":${version}}` })
    const { body } = await attempt({ filters: [{ type: 'latest', key: '$.id', version: '$.v' }], max: 10 })

    expect((body as { items: { passes: boolean }[] }).items.map(({ passes }) => passes)).toEqual([
      true,
      false,
      true,
    ])
  })

  const turns = () => {
    const made = { count: 0 }
    const after = (_ms: number, run: () => void) => {
      made.count++
      queueMicrotask(run)
      return () => undefined
    }
    return { made, scheduler: { after, every: () => () => undefined } satisfies Scheduler }
  }

  it('let others have their turn, and are all judged', async () => {
    const { made, scheduler } = turns()
    const { log, attempt } = setUp([], scheduler, 4)
    for (let n = 0; n < 20; n++) log.append({ timeMs: n, value: '{"country":"DE"}' })

    expect((await attempt({ filters: [german] })).body).toMatchObject({ passed: 20, failed: 0 })
    expect(made.count).toBeGreaterThan(2)
  })

  it('end in time, and say of what was not judged that it was not', async () => {
    const { scheduler } = turns()
    const { log, attempt } = setUp([], scheduler, judgeMs / 4)
    for (let n = 0; n < 20; n++) log.append({ timeMs: n, value: '{"country":"DE"}' })
    const { passed, failed, items } = (await attempt({ filters: [german] })).body as {
      passed: number
      failed: number
      items: { error?: string }[]
    }

    expect(passed).toBeGreaterThan(0)
    expect(failed).toBe(items.length - passed)
    expect(failed).toBeGreaterThan(0)
    expect(items[0]?.error).toContain('no time left')
  })

  it('look at hidden values no more than people do', async () => {
    const { log, attempt } = setUp()
    log.append({ timeMs: 1, value: '{"password":"x"}', headers: { 'h-Password': 'x' } })
    log.append({ timeMs: 1, value: record, headers: version })
    const guess = (matcher: string): object[] => [
      { type: 'jsonpath', path: '$.password', matcher },
      { type: 'header', header: 'Password', matcher },
    ]
    const counts = async (filters: object[], topic?: string) => (await attempt({ filters }, topic)).body

    for (const filter of guess('x')) expect(await counts([filter])).toMatchObject({ passed: 0 })
    for (const filter of guess('\\*+')) expect(await counts([filter])).toMatchObject({ passed: 1 })
    const avro = { type: 'avropath', path: '.password', matcher: 'x' }
    expect(await counts([avro], 'g.avro')).toMatchObject({ passed: 0 })
  })

  it('look into the records of an AVRO topic', async () => {
    const { log, attempt } = setUp()
    log.append({ timeMs: 1, value: record, headers: version })
    const filters = (matcher: string): object => ({ filters: [{ type: 'avropath', path: '.n', matcher }] })

    expect((await attempt(filters('5'), 'g.avro')).body).toMatchObject({ passed: 1 })
    expect((await attempt(filters('6'), 'g.avro')).body).toMatchObject({ refused: 1 })
  })

  it.each<[string, unknown]>([
    ['no filters at all', { filters: null }],
    [
      'a filter that no subscription could have',
      { filters: [{ type: 'jsonpath', path: '$.a', matcher: '(' }] },
    ],
    ['too many messages', { filters: [], max: 501 }],
  ])('are refused: %s', async (_what, body) => {
    expect((await setUp().attempt(body)).status).toBe(400)
  })
})
