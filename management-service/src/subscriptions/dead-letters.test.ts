import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { writeDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import { createMemoryStore } from '../store/in-memory.js'
import type { KafkaRecord, KafkaRecords } from '../store/kafka-ports.js'
import { listDeadLetters, type DeadLetterPage, type DeadLetterParts } from './dead-letters.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName

function record(offset: number, body = `body ${offset}`): KafkaRecord {
  const headers = new Map([
    ...writeDeadLetterHeaders({
      reason: 'Message sending failed with status code: 500',
      class: 'expired',
      attempts: 4,
      lastStatus: offset % 2 === 0 ? 500 : null,
      topic,
      subscription: name,
      partition: 3,
      offset: offset * 10,
      publishedMs: 1,
    }),
    ['id', Buffer.from(`message-${offset}`)] as const,
  ])
  const header = (wanted: string): Buffer | null => headers.get(wanted) ?? null
  return { partition: 0, offset, timestampMs: 1_000 + offset, key: null, value: Buffer.from(body), header }
}

/** A log from `first` on whose reads give at most `entriesPerRead` records. */
function logOf(records: readonly KafkaRecord[], first = 0, entriesPerRead = 3): KafkaRecords {
  const next = (records.at(-1)?.offset ?? first - 1) + 1
  return {
    range: wanted => Promise.resolve(wanted === 'acme.orders.billing_dlq' ? { first, next } : null),
    read: (_topic, _partition, from, { entriesMax }) =>
      Promise.resolve(
        records.filter(each => each.offset >= from).slice(0, Math.min(entriesMax, entriesPerRead)),
      ),
  }
}

function setUp(
  kafka: KafkaRecords,
): (limit?: string | null, after?: string | null) => Promise<DeadLetterPage> {
  const store = createMemoryStore()
  const owner = { source: 'Plaintext', id: 'x' }
  const body = { topicName: topic, name, description: '', endpoint: 'http://h/', owner }
  store.held.subscriptions.set(`${topic}$${name}`, { value: parseSubscription(body), version: 0 })
  const parts: DeadLetterParts = { store, kafka, namespace: { namespace: '', separator: '_' } }
  return (limit = null, after = null) => listDeadLetters(parts, { topic, name, limit, after })
}

const offsets = (page: DeadLetterPage): number[] => page.items.map(item => Number(item.id.split('-')[1]))
const range = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_each, index) => from + index)

describe('dead letters', () => {
  it('say what is known of the message', async () => {
    const page = await setUp(logOf([record(0), record(1)]))()

    expect(page.items[1]).toEqual({
      id: '0-0',
      messageId: 'message-0',
      reason: 'Message sending failed with status code: 500',
      class: 'expired',
      attempts: 4,
      lastStatus: 500,
      topic,
      partition: 3,
      offset: 0,
      time: 1000,
      body: Buffer.from('body 0').toString('base64'),
    })
    expect(page.items[0]).not.toHaveProperty('lastStatus')
    expect(page).not.toHaveProperty('next')
  })

  it('come newest first, page by page, each once', async () => {
    const list = setUp(
      logOf(
        range(25, 7).map(offset => record(offset)),
        7,
      ),
    )
    const seen: number[] = []
    let page = await list('10')
    for (let pages = 1; ; pages++) {
      seen.push(...offsets(page))
      if (page.next === undefined) break
      expect(pages).toBeLessThan(4)
      page = await list('10', page.next)
    }

    expect(seen).toEqual(range(25, 7).reverse())
  })

  it('are none while there is no topic for them, and none beyond its beginning', async () => {
    expect(await setUp({ ...logOf([]), range: () => Promise.resolve(null) })()).toEqual({ items: [] })
    expect(await setUp(logOf([record(5)], 5))('10', '0-5')).toEqual({ items: [] })
  })

  it('skip offsets that hold nothing', async () => {
    const page = await setUp(logOf([record(2), record(40), record(41)]))()

    expect(offsets(page)).toEqual([41, 40, 2])
  })

  it('stop at a size, with the place to go on', async () => {
    const large = 'x'.repeat(1_000_000)
    const list = setUp(logOf(range(30).map(offset => record(offset, large))))

    const page = await list('30')
    const rest = await list('30', page.next ?? null)

    expect(offsets(page)).toEqual(range(10, 20).reverse())
    expect(offsets(rest)[0]).toBe(19)
  })

  it.each([
    ['0', null],
    ['101', null],
    ['x', null],
    [null, '42'],
    [null, '0-'],
  ])('are refused for limit %j and after %j', async (limit, after) => {
    await expect(setUp(logOf([]))(limit, after)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  })

  it('of an unknown subscription are refused', async () => {
    const parts: DeadLetterParts = {
      store: createMemoryStore(),
      kafka: logOf([]),
      namespace: { namespace: '', separator: '_' },
    }

    await expect(listDeadLetters(parts, { topic, name, limit: null, after: null })).rejects.toMatchObject({
      code: 'SUBSCRIPTION_NOT_EXISTS',
    })
  })
})
