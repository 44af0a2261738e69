/**
 * "Where is my message?" is answered from a Kafka topic of ours, by message id and by key, and writing the
 * answer down never holds up a message.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Event {
  readonly kind: 'published' | 'sent'
  readonly messageId: string
  readonly status: string
  readonly subscription?: string
  readonly partition?: number
  readonly offset?: number
  readonly attempt?: number
  readonly httpStatus?: number
  readonly reason?: string
  readonly deadLetter?: { readonly topic: string; readonly partition: number; readonly offset: number }
  readonly extraRequestHeaders?: string
}

interface Trace {
  readonly published?: { readonly partition: number; readonly offset: number }
  readonly events: readonly Event[]
  readonly notes: readonly string[]
  readonly complete: boolean
  readonly next?: string
}

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function read<T>(path: string, from = stack): Promise<T> {
  const answer = await from.api.manage('GET', path)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return JSON.parse(answer.text) as T
}

/** The trace of a message once it holds as many events. */
function traceOf(topic: string, id: string, count: number): Promise<Trace> {
  return eventually(async () => {
    const trace = await read<Trace>(`/topics/${topic}/messages/${id}/trace`)
    if (trace.events.length < count) throw new Error(JSON.stringify(trace))
    return trace
  })
}

const idOf = (answer: { headers: Headers }): string => answer.headers.get('hermes-message-id') ?? ''
const steps = (events: readonly Event[]): string[] =>
  events.map(({ kind, subscription = '', status }) => `${kind} ${subscription} ${status}`)

describe('the trace of a message', () => {
  it('tells the way from the publisher over failed attempts to the subscriber, by id and by key', async () => {
    subscriber.answerWith(({ retryCount }) => ({ status: retryCount < 2 ? 500 : 200 }))
    const topic = await stack.createTopic({ trackingEnabled: true })
    const name = await stack.createSubscription(topic, subscriber.url, {
      trackingMode: 'trackingAll',
      subscriptionPolicy: { messageBackoff: 100 },
    })
    const headers = { 'Partition-Key': 'customer 7/ü', traceparent: '00-1-2-00' }
    const id = idOf(await stack.publish(topic, '{"a":1}', { headers }))
    const other = idOf(await stack.publish(topic, '{"a":2}'))

    const trace = await traceOf(topic, id, 5)
    const key = encodeURIComponent('customer 7/ü')
    const byKey = await read<Trace>(`/topics/${topic}/trace?key=${key}&from=${Date.now() - 60_000}`)
    const later = await read<Trace>(`/topics/${topic}/trace?key=${key}&from=${Date.now() + 60_000}`)
    const contract = await read<unknown[]>(`/topics/${topic}/subscriptions/${name}/events/${id}/trace`)

    expect(steps(trace.events)).toEqual([
      'published  SUCCESS',
      `sent ${name} INFLIGHT`,
      `sent ${name} FAILED`,
      `sent ${name} FAILED`,
      `sent ${name} SUCCESS`,
    ])
    expect(trace).toMatchObject({ complete: true, notes: [] })
    expect(trace.events[0]?.extraRequestHeaders).toBe('traceparent: 00-1-2-00')
    expect(trace.events[3]).toMatchObject({ attempt: 2, httpStatus: 500 })
    expect(trace.events[4]).toMatchObject({ attempt: 3, ...trace.published })
    expect(byKey.events).toEqual(trace.events)
    expect(byKey.events.map(({ messageId }) => messageId)).not.toContain(other)
    expect(later.events).toEqual([])
    expect(contract[0]).toEqual({
      messageId: id,
      timestamp: expect.any(Number) as number,
      topicName: topic,
      status: 'SUCCESS',
      cluster: 'primary-dc',
      extraRequestHeaders: 'traceparent: 00-1-2-00',
      storageDc: 'dc',
    })
    expect(contract[2]).toEqual({
      messageId: id,
      batchId: '',
      timestamp: expect.any(Number) as number,
      subscription: name,
      topicName: topic,
      status: 'FAILED',
      reason: 'Message sending failed with status code: 500',
      ...trace.published,
      cluster: 'primary-dc',
    })
    expect(contract).toHaveLength(5)
  })

  it('names the dead letter of a message that was given up, the filter that kept it out, and why another was not even stored', async () => {
    subscriber.answerWith(() => ({ status: 400 }))
    const topic = await stack.createTopic({ trackingEnabled: true })
    const name = await stack.createSubscription(topic, subscriber.url, { trackingMode: 'discardedOnly' })
    await stack.createSubscription(topic, subscriber.url)
    const picky = await stack.createSubscription(topic, subscriber.url, {
      trackingMode: 'trackingAll',
      filters: [{ type: 'jsonpath', path: '$.a', matcher: '^7$' }],
    })
    const id = idOf(await stack.publish(topic, '{"a":1}'))
    const refused = idOf(await stack.publish(topic, 'no json'))

    const trace = await traceOf(topic, id, 3)
    const never = await traceOf(topic, refused, 1)
    const undelivered = await read<Event[]>(`/topics/${topic}/subscriptions/${name}/undelivered`)

    const given = trace.events.find(({ status }) => status === 'DISCARDED')
    const filtered = trace.events.find(({ status }) => status === 'FILTERED')

    expect(trace.events).toHaveLength(3)
    expect(filtered).toMatchObject({ subscription: picky, reason: 'jsonpath' })
    expect(given?.subscription).toBe(name)
    expect(given?.deadLetter).toEqual({
      topic: `${stack.namespace}_${topic}.${name}_dlq`,
      partition: 0,
      offset: 0,
    })
    expect(trace.notes).toHaveLength(2)
    expect(never.events[0]).toMatchObject({ status: 'ERROR' })
    expect(never.events[0]?.reason).toContain('Invalid message')
    expect(never).not.toHaveProperty('published')
    expect(undelivered).toMatchObject([{ messageId: id, status: 'DISCARDED', message: '{"a":1}' }])
  })

  it('is empty for an unknown id, and says what is not tracked and how to change that', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    const id = idOf(await stack.publish(topic, '{"a":1}'))

    const trace = await read<Trace>(`/topics/${topic}/messages/${id}/trace`)
    const contract = await stack.api.manage(
      'GET',
      `/topics/${topic}/subscriptions/${name}/events/${id}/trace`,
    )
    const noTopic = await stack.api.manage('GET', `/topics/${stack.group}.absent/messages/${id}/trace`)
    const noKey = await stack.api.manage('GET', `/topics/${topic}/trace`)

    expect(trace).toMatchObject({ events: [], complete: true })
    expect(trace.notes.join(' ')).toContain('"trackingEnabled":true')
    expect(trace.notes.join(' ')).toContain(name)
    expect([contract.status, contract.text]).toEqual([200, '[]'])
    expect([noTopic.status, noKey.status]).toEqual([404, 400])
  })

  it('is switched as in Hermes: the older flag counts at creation only, and lists show what is tracked', async () => {
    const tracked = await stack.createTopic({ trackingEnabled: true })
    const other = await stack.createTopic()
    const all = await stack.createSubscription(tracked, subscriber.url, { trackingEnabled: true })
    const none = await stack.createSubscription(tracked, subscriber.url)
    await stack.api.updateSubscription(tracked, none, { trackingEnabled: true })
    const topics = await read<string[]>('/topics?tracked=true')
    const subscriptions = await read<string[]>(`/topics/${tracked}/subscriptions?tracked=true`)
    const stored = await read<{ trackingMode: string }>(`/topics/${tracked}/subscriptions/${none}`)

    expect(topics).toContain(tracked)
    expect(topics).not.toContain(other)
    expect(subscriptions).toEqual([all])
    expect(stored.trackingMode).toBe('trackingOff')
    expect(await read<unknown[]>(`/tracking-urls/topics/${tracked}`)).toEqual([])
  })

  it('lies in a Kafka topic that no list of topics shows', async () => {
    const topics = await read<string[]>('/topics')

    expect(topics.length).toBeGreaterThan(0)
    expect(topics.filter(each => !each.startsWith(`${stack.group}.topic`))).toEqual([])
  })
})

describe('with a trace topic that cannot be made', () => {
  it('messages are taken and delivered all the same, and lost events are counted', async () => {
    const settings = { 'trace.replicationFactor': '3', 'trace.queueMax': '10' }
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    const broken = await startTestStack({
      ...servers,
      settings: { 'frontend-service': settings, 'consumers-service': settings },
    })
    try {
      subscriber.forget()
      subscriber.answerWith(() => ({}))
      const topic = await broken.createTopic({ trackingEnabled: true })
      await broken.createSubscription(topic, subscriber.url, { trackingMode: 'trackingAll' })
      const statuses: number[] = []
      for (let each = 0; each < 30; each++)
        statuses.push((await broken.publish(topic, `{"n":${each}}`)).status)
      await subscriber.waitFor(30)
      const pageOf = async (service: { url: string } | undefined): Promise<string> =>
        (await fetch(`${service?.url ?? ''}/status/prometheus`)).text()

      expect(new Set(statuses)).toEqual(new Set([201]))
      await eventually(async () => {
        expect(await pageOf(broken.frontends[0])).toContain(
          'hermes_frontend_trace_events_dropped_total{reason="room"} 20',
        )
        expect(await pageOf(broken.consumers[0])).toContain(
          'hermes_consumers_trace_events_dropped_total{reason="room"} 50',
        )
      })
    } finally {
      await broken.stop()
    }
  })
})
