import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { createMemoryStore } from '../store/in-memory.js'
import { checkDeadLetterName, sameNames } from './dead-letter-name.js'

const topic = 'acme.orders' as TopicName

function check(
  name: string,
  { kafka = [], stored = [] }: { kafka?: string[]; stored?: [string, string][] } = {},
): Promise<void> {
  const store = createMemoryStore()
  store.held.topics.set(topic, { value: {} as never, version: 0 })
  for (const [topicName, subscription] of stored) {
    const owner = { source: 'Plaintext', id: 'x' }
    const value = parseSubscription({
      topicName,
      name: subscription,
      description: '',
      endpoint: 'http://h',
      owner,
    })
    store.held.subscriptions.set(`${topicName}$${subscription}`, { value, version: 0 })
  }
  const parts = {
    store,
    kafkaTopics: { names: () => Promise.resolve(kafka) },
    namespace: { namespace: '', separator: '_' },
  }
  return checkDeadLetterName(parts, topic, name as SubscriptionName)
}

describe('the dead-letter topic of a new subscription', () => {
  it.each<[string, Parameters<typeof check>[1]]>([
    ['billing', {}],
    ['billing', { kafka: ['acme.orders.billing_dlq', 'acme.orders'] }],
    ['a.b', { stored: [['acme.orders', 'ab']] }],
    ['x'.repeat(249 - 'acme.orders._dlq'.length), {}],
  ])('of %s is accepted with %j', async (name, present) => {
    await expect(check(name, present)).resolves.toBeUndefined()
  })

  it.each<[string, Parameters<typeof check>[1], RegExp]>([
    ['x'.repeat(250 - 'acme.orders._dlq'.length), {}, /longer than Kafka's 249/],
    ['bill.ing', { stored: [['acme.orders', 'bill_ing']] }, /collides with acme\.orders\.bill_ing_dlq/],
    ['bill.ing', { kafka: ['acme.orders_bill.ing_dlq'] }, /collides with acme\.orders_bill\.ing_dlq/],
    [
      'a.b',
      { stored: [['acme.orders.a', 'b']] },
      /mix with those of subscription b of topic acme\.orders\.a/,
    ],
  ])('of %s is refused with %j', async (name, present, problem) => {
    await expect(check(name, present)).rejects.toThrow(problem)
  })

  it('can be that of every other split of the whole name', () => {
    expect(sameNames('a.b.c' as TopicName, 'd.e' as SubscriptionName)).toEqual([
      { topic: 'a.b', name: 'c.d.e' },
      { topic: 'a.b.c.d', name: 'e' },
    ])
  })
})
