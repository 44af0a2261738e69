/**
 * What the console and the command look at: the installation as a whole, real messages, what flowed.
 */
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { openRaw } from '../support/raw-connection.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

/** No name of loopback, by which every management on this machine is called. */
const advertised = 'management.iris.test'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: {
      'management-service': {
        'management.rates.period': '500ms',
        'management.server.advertisedHost': advertised,
      },
      'frontend-service': {
        'frontend.handlers.authentication.enabled': 'true',
        'frontend.handlers.authentication.basic': 'anna:secret',
      },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function show<T>(path: string): Promise<T> {
  const { status, text } = await stack.api.manage('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  return JSON.parse(text) as T
}

interface Overview {
  readonly counts: Readonly<Record<string, number>>
  readonly stuck: readonly { readonly subscription: string; readonly text: string; readonly lag: number }[]
  readonly busiest: readonly { readonly topic: string; readonly publishedPerS: number }[]
  readonly processCounts: unknown
}

interface Process {
  readonly kind: string
  readonly host: string
  readonly port: number
  readonly version: string
}

describe('the installation', () => {
  it('lists its processes, with kind and version', async () => {
    // Each shows itself in its own time.
    const processes = await eventually(async () => {
      const shown = await show<readonly Process[]>('/processes')
      expect(shown.map(({ kind }) => kind)).toEqual(['frontend', 'consumers', 'management'])
      return shown
    })

    expect(processes[0]).toMatchObject({ version: '0.1.0', pid: expect.any(Number) as number })
    expect(processes[2]?.port).toBe(Number(new URL(stack.management.url).port))
    expect([processes[0]?.host, processes[2]?.host]).toEqual(['127.0.0.1', advertised])
  })

  it('is called by the name that its fellows are told, and by no other', async () => {
    const called = async (name: string): Promise<number | undefined> => {
      const raw = openRaw(stack.management.url, `GET /mode HTTP/1.1\r\nHost: ${name}\r\n\r\n`)
      const [answer] = await raw.untilAnswers(1)
      raw.close()
      return answer?.status
    }

    expect([await called(`${advertised}:8090`), await called('evil.example:8090')]).toEqual([200, 403])
  })

  it('shows at a glance what flows and what is stuck, with a line that says why', async () => {
    subscriber.answerWith(({ path }) => (path.endsWith('/broken') ? { status: 503 } : {}))
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/fine`, { name: 'fine' })
    await stack.createSubscription(topic, `${subscriber.url}/broken`, { name: 'broken' })
    await stack.publish(topic, '{"n":1}')
    const overview = await eventually(async () => {
      await stack.publish(topic, '{"n":2}')
      const seen = await show<Overview>('/overview')
      const [stuck, ...others] = seen.stuck
      const isTold = stuck?.text.includes('503') === true && stuck.lag > 0 && others.length === 0
      if (!isTold || seen.busiest.length === 0) throw new Error(JSON.stringify(seen))
      return seen
    })

    expect(overview.stuck[0]?.subscription).toBe('broken')
    expect(overview.busiest[0]?.topic).toBe(topic)
    expect(overview).toMatchObject({
      counts: { groups: 1, topics: 1, subscriptions: 2 },
      processCounts: { frontend: 1, consumers: 1, management: 1 },
    })
  })
})

interface Page {
  readonly items: readonly {
    readonly body: unknown
    readonly problem?: string
    readonly masked: boolean
    readonly key: string
  }[]
  readonly next: string | null
}

interface Asked {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

describe('the messages of a topic', () => {
  it('are not for pages of other sites, which may read definitions', async () => {
    const topic = await stack.createTopic()
    const asked = async (path: string, site: string, more: Asked = {}): Promise<number> => {
      const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': site, ...more.headers }
      const init = { ...more, headers, signal: AbortSignal.timeout(10_000) }
      const answer = await fetch(`${stack.management.url}/topics/${topic}${path}`, init)
      await answer.body?.cancel()
      return answer.status
    }

    for (const path of ['/browse', '/tail', '/trace?key=k', '/publishers'])
      expect([path, await asked(path, 'cross-site')]).toEqual([path, 403])
    expect([await asked('/browse', 'same-origin'), await asked('', 'cross-site')]).toEqual([200, 200])
    // Nobody is asked here, so any word would do for a token.
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' }
    const change = { method: 'PUT', body: '{"description":"theirs"}', headers }
    expect(await asked('/browse', 'cross-site', { headers })).toBe(403)
    expect(await asked('', 'cross-site', change)).toBe(403)
    expect(await asked('', 'same-origin', change)).toBe(200)
  })

  it('are shown from Kafka, the newest first, masked, by key, and page by page', async () => {
    const topic = await stack.createTopic()
    for (let n = 0; n < 6; n++) {
      const headers = { 'Partition-Key': `key-${n % 2}` }
      const answer = await stack.publish(topic, `{"n":${n},"password":"secret"}`, { headers })
      expect(answer.status).toBe(201)
    }
    const first = await show<Page>(`/topics/${topic}/browse?max=4`)
    const second = await show<Page>(`/topics/${topic}/browse?max=4&next=${first.next ?? ''}`)
    const ofKey = await show<Page>(`/topics/${topic}/browse?key=key-1&from=earliest`)

    const bodies = (numbers: readonly number[]) => numbers.map(n => ({ n, password: '****' }))
    const shown = [...first.items, ...second.items]
    expect(shown.map(({ masked }) => masked)).toEqual(Array(6).fill(true))
    // Of two keys published in the same millisecond either may be the newer.
    expect(shown.map(({ body }) => body)).toEqual(expect.arrayContaining(bodies([0, 1, 2, 3, 4, 5])))
    expect([first.items.length, second.items.length, second.next]).toEqual([4, 2, null])
    expect(ofKey.items.map(({ body }) => body)).toEqual(bodies([1, 3, 5]))
  })

  it('are what filters can be tried on', async () => {
    const topic = await stack.createTopic()
    for (const country of ['DE', 'PL', 'DE']) await stack.publish(topic, JSON.stringify({ country }))
    const filters = [{ type: 'jsonpath', path: '$.country', matcher: 'DE' }]
    const { status, text } = await stack.api.manage('POST', `/topics/${topic}/filters/try`, { filters })

    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ passed: 2, refused: 1, failed: 0, complete: true })
  })
})

describe('the messages of a topic in whose log are gaps', () => {
  const kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
  let topic: string
  let kafkaTopic: string
  beforeAll(async () => {
    topic = await stack.createTopic()
    kafkaTopic = `${stack.namespace}_${topic}`
    const options = { transactionalId: `gaps-${topic}`, idempotent: true, maxInFlightRequests: 1 }
    const producer = kafka.producer(options)
    await producer.connect()
    // Behind each transaction Kafka writes a marker, which has an offset and is no message.
    for (const value of ['{"n":1}', '{"n":2}', null, '{"n":4}', '{"n":5}']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: kafkaTopic, messages: [{ key: 'k', partition: 0, value }] })
      await transaction.commit()
    }
    await producer.disconnect()
  })

  /** All of them, by pages; what has no body by its problem. */
  async function walk(query: string): Promise<unknown[]> {
    const found: unknown[] = []
    let next: string | null = ''
    for (let pages = 0; next !== null; pages++) {
      expect(pages).toBeLessThan(20)
      const page: Page = await show<Page>(`/topics/${topic}/browse?max=2&${query}&next=${next}`)
      found.push(...page.items.map(({ body, problem }) => body ?? problem))
      next = page.next
    }
    return found
  }
  const tombstone: unknown = expect.stringContaining('no value')
  const filters = [{ type: 'jsonpath', path: '$.n', matcher: '[1-4]' }]
  const tried = async (): Promise<unknown> =>
    JSON.parse((await stack.api.manage('POST', `/topics/${topic}/filters/try`, { filters })).text)

  it('are shown once each whichever way, and tried: markers are none, and a record without value is told', async () => {
    const all = [{ n: 1 }, { n: 2 }, tombstone, { n: 4 }, { n: 5 }]

    expect(await walk('from=earliest')).toEqual(all)
    for (const query of ['', 'key=k']) expect(await walk(query)).toEqual(all.toReversed())
    expect(await tried()).toMatchObject({ passed: 3, refused: 1, failed: 1, complete: true })
  })

  it('are counted for a replay as the offsets there are, or as many as filters let pass', async () => {
    const count = async (more: Record<string, unknown>): Promise<unknown> => {
      const name = await stack.createSubscription(topic, `${subscriber.url}/gaps`, more)
      const path = `/topics/${topic}/subscriptions/${name}/replay`
      return JSON.parse((await stack.api.manage('POST', path, { from: 'earliest', dryRun: true })).text)
    }

    expect(await count({})).toMatchObject({ total: 10, isComplete: true })
    expect(await count({ filters })).toMatchObject({ total: 4, isComplete: true })
  })

  it('are shown from where retention has left any, also to who had begun before', async () => {
    const { next } = await show<Page>(`/topics/${topic}/browse?max=2`)
    const admin = kafka.admin()
    await admin.connect()
    // It looks up its leader.
    await admin.fetchTopicOffsets(kafkaTopic)
    await admin.deleteTopicRecords({ topic: kafkaTopic, partitions: [{ partition: 0, offset: '3' }] })
    await admin.disconnect()

    expect(await walk('from=earliest')).toEqual([tombstone, { n: 4 }, { n: 5 }])
    expect(await walk('')).toEqual([{ n: 5 }, { n: 4 }, tombstone])
    expect(await show<Page>(`/topics/${topic}/browse?next=${next ?? ''}`)).toMatchObject({
      items: [{ offset: 4 }],
      next: null,
    })
    expect(await tried()).toMatchObject({ passed: 1, refused: 1, failed: 1, complete: true })
  })
})

describe('the live tail of a topic', () => {
  it('streams what is published from then on, masked and filtered, and ends when its reader goes', async () => {
    const topic = await stack.createTopic()
    await stack.publish(topic, '{"n":0}')
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(60_000)])
    const answer = await fetch(`${stack.management.url}/topics/${topic}/tail?filter=$.n=2`, { signal })
    for (const n of [1, 2]) await stack.publish(topic, `{"n":${n},"password":"secret"}`)
    let text = ''
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk).toString()
      if (text.includes('event: message')) break
    }
    abort.abort()

    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(text).toMatch(/^retry: \d+\n: .*\n\n/)
    expect(text).toContain('"body":{"n":2,"password":"****"}')
    expect(text).not.toContain('"n":1')
  })

  it('is 406 for who wants JSON, and 404 where there is no topic', async () => {
    const topic = await stack.createTopic()
    const headers = { Accept: 'application/json' }
    const signal = AbortSignal.timeout(30_000)
    const wrong = await fetch(`${stack.management.url}/topics/${topic}/tail`, { headers, signal })
    const absent = await stack.api.manage('GET', `/topics/${stack.group}.absent/tail`)

    expect([wrong.status, absent.status]).toEqual([406, 404])
  })
})

interface Publishers {
  readonly since: string
  readonly complete: boolean
  readonly publishers: readonly Readonly<Record<string, unknown>>[]
  readonly others: unknown
}

describe('who publishes a topic', () => {
  const password = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('is told by name or network, with what became of the messages, one by one or many at once', async () => {
    const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: true }
    const topic = await stack.createTopic({ auth })
    const curl = { 'User-Agent': 'curl/8.5.0' }
    const anna = { 'User-Agent': 'shop/1.0 (x)', Authorization: password('anna:secret') }
    const single = await stack.publish(topic, '{}', { headers: anna })
    const batch = await stack.publish(`${topic}/batch`, '{"n":1}\n{"n":2}', {
      headers: { ...anna, 'Content-Type': 'application/x-ndjson' },
    })
    const stranger = await stack.publish(topic, '{"n":3}', { headers: curl })
    const wrong = await stack.publish(topic, '{}', {
      headers: { ...curl, Authorization: password('anna:no') },
    })
    const told = await show<Publishers>(`/topics/${topic}/publishers`)

    expect([single.status, batch.status, stranger.status, wrong.status]).toEqual([201, 200, 201, 401])
    expect(told).toMatchObject({ complete: true, problems: [], others: null })
    const byClient = Object.fromEntries(told.publishers.map(each => [String(each['client']), each] as const))
    expect(byClient).toMatchObject({
      curl: { name: null, proven: false, network: '127.0.0.0/24', accepted: 1, refused: 1, frontends: 1 },
      shop: { name: 'anna', proven: true, network: null, accepted: 3, refused: 0, frontends: 1 },
    })
    expect(Object.keys(byClient)).toHaveLength(2)
    expect(Date.parse(told.since)).toBeLessThan(Date.parse(String(byClient['shop']?.['firstAt'])))
  })

  it('is nobody of a topic that nobody published to, 404 of none, and not for who asks a frontend', async () => {
    const topic = await stack.createTopic()
    const told = await show<Publishers>(`/topics/${topic}/publishers`)
    const absent = await stack.api.manage('GET', `/topics/${stack.group}.absent/publishers`)
    const asked = await fetch(`${stack.frontends[0]?.url}/status/publishers/${topic}`, {
      headers: { 'Iris-Forwarded-Token': 'guessed' },
      signal: AbortSignal.timeout(30_000),
    })

    expect(told).toMatchObject({ complete: true, publishers: [], others: null })
    expect([absent.status, asked.status, await asked.text()]).toEqual([404, 403, ''])
  })
})

interface History {
  readonly stepMs: number
  readonly from: string
  readonly series: Readonly<Record<string, readonly (number | null)[]>>
}

describe('what moved lately', () => {
  it('is remembered of all, of a topic and of a subscription', async () => {
    subscriber.answerWith(() => ({}))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    const moved = (history: History, series: string): boolean =>
      history.series[series]?.some(value => value !== null && value > 0) === true
    const [all, ofTopic, ofSubscription] = await eventually(async () => {
      await stack.publish(topic, '{"n":1}')
      const shown = await Promise.all([
        show<History>('/history'),
        show<History>(`/topics/${topic}/history?minutes=5`),
        show<History>(`/topics/${topic}/subscriptions/${name}/history`),
      ])
      if (!moved(shown[2], 'latencyP50Ms') || !moved(shown[1], 'publishP50Ms'))
        throw new Error(JSON.stringify(shown))
      return shown
    })

    expect(all.stepMs).toBe(500)
    expect([moved(all, 'published'), moved(ofTopic, 'published'), moved(ofTopic, 'delivered')]).toEqual([
      ...[true, true, true],
    ])
    expect([moved(ofSubscription, 'delivered'), moved(ofSubscription, 'published')]).toEqual([true, false])
    expect(Date.parse(all.from)).toBeLessThanOrEqual(Date.parse(ofSubscription.from))
  })
})
