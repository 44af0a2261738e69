import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import type { TraceEvent } from '@iris/common/trace/event'
import { createMemoryStore } from '../store/in-memory.js'
import { traceOfKey, traceOfMessage, traceOfSubscription, type TraceParts } from './message-trace.js'
import type { TracePage, TraceQuery } from './trace-log.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'x' }
const bounds = { from: null, to: null, after: null }

const published: TraceEvent = {
  ...{ kind: 'published', messageId: 'm', timestamp: 1, topicName: topic, status: 'SUCCESS' },
  ...{ cluster: 'primary-dc', storageDc: 'dc', hostname: 'here', partition: 3, offset: 41 },
}
const sent = (subscription: string, status: 'INFLIGHT' | 'SUCCESS', timestamp: number): TraceEvent => ({
  ...{ kind: 'sent', messageId: 'm', batchId: '', timestamp, topicName: topic, subscription, status },
  ...{ publishTimestamp: 1, partition: 3, offset: 41, cluster: 'primary-dc', hostname: 'there', attempt: 1 },
})

interface Given {
  readonly pages?: readonly TracePage[]
  readonly trackingEnabled?: boolean
  readonly trackingMode?: string
  readonly areTracesOn?: boolean
}

function setUp(given: Given = {}): { parts: TraceParts; asked: TraceQuery[] } {
  const store = createMemoryStore()
  const form = { name: topic, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
  const tracked = { ...form, trackingEnabled: given.trackingEnabled ?? true }
  store.held.topics.set(topic, { value: parseTopic(tracked), version: 0 })
  const body = { topicName: topic, name, description: '', endpoint: 'http://h/', owner }
  const trackingMode = given.trackingMode ?? 'trackingAll'
  const subscription = parseSubscription({ ...body, trackingMode })
  store.held.subscriptions.set(`${topic}$${name}`, { value: subscription, version: 0 })
  const pages = [...(given.pages ?? [{ events: [published, sent(name, 'SUCCESS', 2)], complete: true }])]
  const asked: TraceQuery[] = []
  const log: TraceParts['log'] = {
    search(query) {
      asked.push(query)
      return Promise.resolve(pages.shift() ?? { events: [], complete: true })
    },
  }
  return { parts: { store, log, areTracesOn: given.areTracesOn ?? true }, asked }
}

describe('the trace of a message', () => {
  it('holds where it lies and every event, with nothing to add when all is tracked', async () => {
    const { parts, asked } = setUp()
    const answer = await traceOfMessage(parts, topic, 'm', {
      ...bounds,
      from: '5',
      to: '2026-05-01T00:00:00Z',
    })

    expect(answer).toMatchObject({ topicName: topic, published: { partition: 3, offset: 41 }, notes: [] })
    expect(answer.events).toHaveLength(2)
    expect(asked).toEqual([
      { topic, subject: { messageId: 'm' }, fromMs: 5, toMs: Date.UTC(2026, 4, 1), after: null },
    ])
  })

  it('takes the place from a consumer where the publisher was not tracked', async () => {
    const { parts } = setUp({ pages: [{ events: [sent(name, 'INFLIGHT', 2)], complete: true }] })

    expect((await traceOfMessage(parts, topic, 'm', bounds)).published).toEqual({ partition: 3, offset: 41 })
  })

  it('does not know the place of a message without events, and says what to switch on', async () => {
    const given = { pages: [], trackingEnabled: false, trackingMode: 'trackingOff' }
    const { parts } = setUp(given)
    const answer = await traceOfMessage(parts, topic, 'm', bounds)

    expect(answer).not.toHaveProperty('published')
    expect(answer.notes).toEqual([
      expect.stringContaining('PUT /topics/acme.orders with {"trackingEnabled":true}') as string,
      expect.stringContaining('not tracked for billing') as string,
    ])
  })

  it('says when only discarded messages are tracked, and when nothing is anywhere', async () => {
    const discarded = setUp({ trackingMode: 'discardedOnly' })
    const off = setUp({ areTracesOn: false })

    expect((await traceOfMessage(discarded.parts, topic, 'm', bounds)).notes).toEqual([
      expect.stringContaining('Only discarded messages are tracked for billing') as string,
    ])
    expect((await traceOfMessage(off.parts, topic, 'm', bounds)).notes).toEqual([
      expect.stringContaining('trace.enabled') as string,
    ])
  })

  it('passes on where to go on', async () => {
    const { parts } = setUp({ pages: [{ events: [], complete: false, next: '1-5' }] })

    expect(await traceOfKey(parts, topic, 'k', bounds)).toMatchObject({ complete: false, next: '1-5' })
  })

  it.each<[string, string | null, Record<string, string>]>([
    ['without a key', null, {}],
    ['with a key beyond all measure', 'k'.repeat(1_001), {}],
    ['with a time that is none', 'k', { from: 'yesterday' }],
  ])('is refused %s', async (_what, key, wrong) => {
    const { parts, asked } = setUp()

    await expect(traceOfKey(parts, topic, key, { ...bounds, ...wrong })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
    expect(asked).toEqual([])
  })

  it('is refused for a topic that does not exist', async () => {
    const { parts } = setUp()

    await expect(traceOfMessage(parts, 'acme.absent' as TopicName, 'm', bounds)).rejects.toMatchObject({
      code: 'TOPIC_NOT_EXISTS',
    })
  })
})

describe('the trace of a message for a subscription', () => {
  it('has the members of Hermes and no others, and nothing of other subscriptions', async () => {
    const events = [published, sent('other', 'SUCCESS', 2), sent(name, 'SUCCESS', 3)]
    const { parts } = setUp({ pages: [{ events, complete: true }] })
    const answer = JSON.parse(
      JSON.stringify(await traceOfSubscription(parts, { topic, name }, 'm')),
    ) as unknown

    expect(answer).toEqual([
      {
        ...{ messageId: 'm', timestamp: 1, topicName: topic, status: 'SUCCESS' },
        ...{ cluster: 'primary-dc', storageDc: 'dc' },
      },
      {
        ...{ messageId: 'm', batchId: '', timestamp: 3, subscription: name, topicName: topic },
        ...{ status: 'SUCCESS', partition: 3, offset: 41, cluster: 'primary-dc' },
      },
    ])
  })

  it('goes on through cut answers up to a bound, the oldest first', async () => {
    const page = (timestamp: number): TracePage => ({
      ...{ events: [sent(name, 'SUCCESS', timestamp)], complete: false },
      next: `0-${timestamp}`,
    })
    const { parts, asked } = setUp({ pages: [page(9), page(8), page(7), page(6)] })
    const answer = (await traceOfSubscription(parts, { topic, name }, 'm')) as { timestamp: number }[]

    expect(answer.map(({ timestamp }) => timestamp)).toEqual([7, 8, 9])
    expect(asked.map(({ after }) => after)).toEqual([null, '0-9', '0-8'])
  })

  it('is empty for what is not known', async () => {
    const { parts } = setUp({ pages: [] })

    expect(await traceOfSubscription(parts, { topic, name }, 'm')).toEqual([])
  })
})
