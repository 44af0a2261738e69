import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { portKeyOf } from '@iris/local-stack/service'
import { deadLettersOf } from '../support/dead-letters.js'
import { eventually } from '../support/eventually.js'
import { settled, type Subscribed } from '../support/settled.js'
import { publishStored } from '../support/publish-stored.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Answer, type Received, type Subscriber } from '../support/subscriber.js'
import type { RabbitAnswers } from './rabbitmq/ask.js'
import { comparisonTable } from './rabbitmq/table.js'
import { routesOf } from './rabbitmq/topology.js'

/** More than one binding leads there over exchanges, so that it is a topic with one receiver of its own. */
const ownQueue = 'c-once'

let stack: TestStack
let subscriber: Subscriber

beforeAll(async () => {
  const frontendPort = String(await freePort())
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    settings: {
      'frontend-service': {
        [portKeyOf('frontend-service')]: frontendPort,
        // What headers exchanges look at; `Routing-Key` needs no naming.
        'frontend.http.headers.allowedSet': 'format,type,x-kind',
      },
      'consumers-service': { 'consumer.forwarding.frontends': `http://127.0.0.1:${frontendPort}` },
    },
  })
  subscriber = await startSubscriber()
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const forward = (from: string, to: string, members = {}): Promise<string> =>
  stack.createSubscription(from, `topic:${to}`, members)
const manage = (method: string, path: string, json?: unknown) => stack.api.manage(method, path, json)
const numberOf = ({ body }: Received): number => (JSON.parse(body.toString()) as { n: number }).n
const publish = (topic: string, n: number, headers?: Record<string, string>): Promise<string> =>
  publishStored(stack, topic, { n }, headers)

/** One request for all of them. */
async function publishAll(records: readonly object[]): Promise<void> {
  const answer = await fetch(`${stack.frontends[0]?.url ?? ''}/topics/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(records),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await answer.text()
  expect(answer.status, text).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ records: records.length, stored: records.length })
}

/** How often the consumers were answered 403 for a subscription. */
async function refusals(subscription: string): Promise<number> {
  const signal = AbortSignal.timeout(10_000)
  const answer = await fetch(`${stack.consumers[0]?.url ?? ''}/status/prometheus`, { signal })
  const lines = (await answer.text()).split('\n')
  const line = lines.find(each => each.includes(`"${subscription}"`) && each.includes('"403"'))
  return Number(line?.split(' ').at(-1) ?? 0)
}

describe('D1, D3 to D6: exchanges and bindings', () => {
  const { topology, messages, isDrawn } = comparisonTable()
  const file = fileURLToPath(new URL('./rabbitmq-answers.json', import.meta.url))
  const { queues } = JSON.parse(readFileSync(file, 'utf8')) as RabbitAnswers

  /** Topics for exchanges and for the queue that several exchanges lead to; subscriptions for bindings. */
  async function build(): Promise<{ topics: Map<string, string>; subscriptions: Subscribed[] }> {
    const names = [...Object.keys(topology.exchanges), ownQueue]
    const made = await Promise.all(
      names.map(name => stack.createTopic(name === ownQueue ? { kind: 'COMMAND' } : {})),
    )
    const topics = new Map(names.map((name, index) => [name, made[index] ?? '']))
    const routes = routesOf(topology).filter(({ to }) => 'exchange' in to || !isDrawn(to.queue))
    const bind = async ({ from, to, filters }: (typeof routes)[number]): Promise<Subscribed> => {
      const topic = topics.get(from) ?? ''
      const target = 'exchange' in to ? to.exchange : to.queue
      const endpoint = topics.has(target)
        ? `topic:${topics.get(target) ?? ''}`
        : `${subscriber.url}/${target}`
      return [topic, await stack.createSubscription(topic, endpoint, { filters })]
    }
    const subscriptions = await Promise.all(routes.map(bind))
    const own = topics.get(ownQueue) ?? ''
    const worker: Subscribed = [own, await stack.createSubscription(own, `${subscriber.url}/${ownQueue}`)]
    return { topics, subscriptions: [...subscriptions, worker] }
  }

  it('bring the messages of the table to the receivers that RabbitMQ brings it to, and to each once', async () => {
    const { topics, subscriptions } = await build()
    await publishAll(
      messages.map(({ exchange, key, headers }, n) => ({
        topic: topics.get(exchange) ?? '',
        headers: key === '' ? headers : { ...headers, 'Routing-Key': key },
        message: { n },
      })),
    )
    // In the order of the chain: what a topic is through with, the next one has.
    const order = [...topics.values()]
    const inOrder = [...subscriptions].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    await settled(inject('kafka'), stack, inOrder)

    const names = topology.bindings.flatMap(({ to }) =>
      'queue' in to && !isDrawn(to.queue) ? [to.queue] : [],
    )
    for (const name of new Set(names)) {
      const expected = messages.flatMap((_, n) => (queues[n]?.includes(name) === true ? [n] : []))
      const received = subscriber.received(`/${name}`).map(numberOf)
      expect(
        received.sort((one, other) => one - other),
        name,
      ).toEqual(expected)
    }
  })
})

describe('D1: a binding to another exchange', () => {
  it('brings body, key and headers on, under an id of its own that names the first', async () => {
    const [exchange, queue] = [await stack.createTopic(), await stack.createTopic()]
    await forward(exchange, queue)
    await stack.createSubscription(queue, `${subscriber.url}/carried`)
    const body = '{ "n" : 1.0, "text" : "za\u017c\u00f3\u0142\u0107" }'
    const headers = { 'Routing-Key': 'a.b', 'Partition-Key': 'k', format: 'pdf' }
    const answer = await stack.publish(exchange, body, { headers })
    const [got] = await subscriber.waitFor(1, { path: '/carried' })

    expect(got?.body.toString()).toBe(body)
    expect(got?.headers).toMatchObject({ 'routing-key': 'a.b', format: 'pdf', 'iris-hops': '1' })
    const first = answer.headers.get('hermes-message-id')
    expect(got?.headers['iris-origin-message-id']).toBe(first)
    expect(got?.messageId).not.toBe(first)
  })

  it('waits for a target that takes no messages, and goes on when it does', async () => {
    const [exchange, queue] = [await stack.createTopic(), await stack.createTopic()]
    const name = await forward(exchange, queue, { subscriptionPolicy: { messageBackoff: 100 } })
    await stack.createSubscription(queue, `${subscriber.url}/blocked`)
    const forwarded = (): number[] =>
      subscriber
        .received('/blocked')
        .map(numberOf)
        .filter(n => n > 0)
    expect(
      (await manage('PUT', `/topics/${queue}`, { publishing: { blocked: true, reason: 'x' } })).status,
    ).toBe(200)
    await eventually(async () => expect((await stack.publish(queue, '{"n":0}')).status).toBe(403))
    await publish(exchange, 1)
    await eventually(async () => expect(await refusals(name)).toBeGreaterThan(0))

    expect(forwarded()).toEqual([])
    await manage('PUT', `/topics/${queue}`, { publishing: null })
    await eventually(() => expect(forwarded()).toEqual([1]))
  })

  it('ends for a message that came through eight topics, as a dead letter that says so', async () => {
    const topics = await Promise.all(Array.from({ length: 10 }, () => stack.createTopic()))
    const names = await Promise.all(topics.slice(1).map((next, index) => forward(topics[index] ?? '', next)))
    await publish(topics[0] ?? '', 8)
    const [letter] = await deadLettersOf(stack, topics[8] ?? '', names[8] ?? '').waitFor(1)

    expect(letter?.reason).toMatch(/^FORWARD: it came through 8 topics/)
  })

  it('brings on whatever a service publishes with the headers of a message that it got', async () => {
    const [exchange, queue] = [await stack.createTopic(), await stack.createTopic()]
    await forward(exchange, queue)
    await stack.createSubscription(queue, `${subscriber.url}/handed-on`)
    await publish(exchange, 1)
    const [got] = await subscriber.waitFor(1, { path: '/handed-on' })
    const headers = got?.headers ?? {}
    const copied = {
      'Iris-Hops': '8',
      'Iris-Origin-Message-Id': headers['iris-origin-message-id'] ?? '',
      'Iris-Forward-Seal': headers['iris-forward-seal'] ?? 'none',
    }
    for (const n of [2, 1]) await publish(exchange, n, copied)
    const received = await subscriber.waitFor(3, { path: '/handed-on' })

    expect(copied['Iris-Origin-Message-Id']).not.toBe('')
    expect(received.map(numberOf).sort()).toEqual([1, 1, 2])
    expect(received.map(each => each.headers['iris-hops'])).toEqual(['1', '1', '1'])
    expect(headers).not.toHaveProperty('iris-forward-seal')
  })

  it('is refused in a ring and to a topic that is not there; a target stays while it is one', async () => {
    const [one, two] = [await stack.createTopic(), await stack.createTopic()]
    await forward(one, two)
    const form = { name: 'back', description: '', owner: { source: 'Plaintext', id: 'x' } }
    const missing = `${stack.group}.missing`
    const ring = await stack.api.createSubscription({ ...form, topicName: two, endpoint: `topic:${one}` })
    const nowhere = await stack.api.createSubscription({
      ...form,
      topicName: two,
      endpoint: `topic:${missing}`,
    })
    const removal = await stack.api.deleteTopic(two)

    expect([ring.status, ring.text]).toEqual([400, expect.stringContaining(`${two} -> ${one} -> ${two}`)])
    expect([nowhere.status, nowhere.text]).toEqual([404, expect.stringContaining(missing)])
    expect([removal.status, removal.text]).toEqual([403, expect.stringContaining(`${one}$`)])
  })
})

describe('D2: the default exchange', () => {
  it('is the publish to a topic by its name; an unknown one is refused', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/default`)
    await publish(topic, 2)
    const unknown = await stack.publish(`${stack.group}.unknown`, '{}')

    expect((await subscriber.waitFor(1, { path: '/default' })).map(numberOf)).toEqual([2])
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining('TOPIC_NOT_EXISTS')])
  })
})

describe('D7: order', () => {
  it('is kept from publisher to one receiver with one message in flight; over two workers only the set is', async () => {
    const topic = await stack.createTopic()
    const subscriptionPolicy = { inflightSize: 1 }
    const instances = ['/w1', '/w2'].map(path => subscriber.url + path)
    await stack.createSubscription(topic, `${subscriber.url}/ordered`, { subscriptionPolicy })
    await stack.createSubscription(topic, `${subscriber.url}/nobody`, {
      endpointAddressResolverMetadata: { instances, strategy: 'ROUND_ROBIN' },
    })
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    for (const n of numbers) await publish(topic, n, { 'Partition-Key': 'o1' })
    const ordered = await subscriber.waitFor(20, { path: '/ordered' })
    const shared = await eventually(() => {
      const all = ['/w1', '/w2'].flatMap(path => subscriber.received(path))
      if (all.length < 20) throw new Error(`${all.length} of 20`)
      return all
    })

    expect(ordered.map(numberOf)).toEqual(numbers)
    expect(new Set(shared.map(numberOf))).toEqual(new Set(numbers))
  })
})

describe('D8: a message that was acknowledged', () => {
  it('is not delivered again after a pause', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/acknowledged`)
    await publish(topic, 1)
    await subscriber.waitFor(1, { path: '/acknowledged' })
    await settled(inject('kafka'), stack, [[topic, name]])
    for (const state of ['SUSPENDED', 'ACTIVE'] as const)
      expect((await stack.api.setSubscriptionState(topic, name, state)).status).toBe(200)
    await publish(topic, 2)
    await subscriber.waitFor(2, { path: '/acknowledged' })
    await settled(inject('kafka'), stack, [[topic, name]])

    expect(subscriber.received('/acknowledged').map(numberOf)).toEqual([1, 2])
  })
})

/** What the first answer is, what becomes of the message then, and what else its subscription says. */
type Row = readonly [
  what: string,
  outcome: 'delivered' | 'retried' | 'buried',
  first: Answer,
  policy?: object,
]
const withTime = '503-with-time'

describe('D9: what the receiver answers', () => {
  const rows: readonly Row[] = [
    ['204', 'delivered', { status: 204 }],
    ['302', 'retried', { status: 302 }],
    ['400', 'buried', { status: 400 }],
    ['401', 'buried', { status: 401 }],
    ['404', 'buried', { status: 404 }],
    ['404-to-retry', 'retried', { status: 404 }, { retryClientErrors: true }],
    ['429', 'retried', { status: 429 }],
    [withTime, 'retried', { status: 503, headers: { 'Retry-After': '1' } }],
    ['500', 'retried', { status: 500 }],
    ['reset', 'retried', 'reset'],
    ['timeout', 'retried', 'hang', { requestTimeout: 500 }],
  ]

  it('is the verdict on the message: delivered, tried again, or a dead letter', async () => {
    const topic = await stack.createTopic()
    const pathOf = (what: string): string => `/answers/${what}`
    const names = await Promise.all(
      rows.map(([what, , , policy = {}]) => {
        const subscriptionPolicy = { messageBackoff: 10, ...policy }
        return stack.createSubscription(topic, subscriber.url + pathOf(what), { subscriptionPolicy })
      }),
    )
    subscriber.answerWith(({ path, retryCount }) => {
      const row = rows.find(([what]) => pathOf(what) === path)
      return row !== undefined && retryCount === 0 ? row[2] : {}
    })
    await publish(topic, 1)
    await settled(
      inject('kafka'),
      stack,
      names.map(name => [topic, name]),
    )

    for (const [index, [what, outcome]] of rows.entries()) {
      const letters = await deadLettersOf(stack, topic, names[index] ?? '').items()
      const received = subscriber.received(pathOf(what))
      // What was tried again may be so more than once, where its answer came too late.
      expect(Math.min(received.length, 2), what).toBe(outcome === 'retried' ? 2 : 1)
      expect(letters.length, what).toBe(outcome === 'buried' ? 1 : 0)
      const [first, second] = received
      // A timer may be a little early.
      if (what === withTime) expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(990)
    }
  })
})
