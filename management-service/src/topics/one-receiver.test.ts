import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { createMemoryStore, type MemoryStore } from '../store/in-memory.js'
import { checkOneReceiver } from './one-receiver.js'

const name = 'shop.orders' as TopicName
const owner = { source: 'Plaintext', id: 'Shop team' }

function topicOf(kind: string): Topic {
  return parseTopic({
    ...{ name, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } },
    kind,
  })
}

async function storeWith(kind: string, ...names: string[]): Promise<MemoryStore> {
  const store = createMemoryStore()
  store.held.groups.add('shop')
  await store.createTopic(topicOf(kind))
  for (const each of names) await store.createSubscription(subscriptionOf(each))
  return store
}

function subscriptionOf(each: string) {
  return parseSubscription({
    ...{ topicName: name, name: each, description: '', endpoint: 'http://r.example/', owner },
  })
}

const worker = 'worker' as SubscriptionName
const taken = { code: 'COMMAND_TOPIC_TAKEN', status: 409 }

describe('a topic for commands', () => {
  it('lets the first subscription be made, and the same one once more', async () => {
    await expect(
      checkOneReceiver(await storeWith('COMMAND'), topicOf('COMMAND'), worker),
    ).resolves.toBeUndefined()
    await expect(
      checkOneReceiver(await storeWith('COMMAND', 'worker'), topicOf('COMMAND'), worker),
    ).resolves.toBeUndefined()
  })

  it('refuses another one and names who is there', async () => {
    const store = await storeWith('COMMAND', 'billing')

    await expect(checkOneReceiver(store, topicOf('COMMAND'), worker)).rejects.toMatchObject({
      ...taken,
      message: 'Topic shop.orders is for commands, which exactly one subscription gets: there is billing',
    })
  })

  it('cannot be made of a topic with two, but of one with one', async () => {
    await expect(
      checkOneReceiver(await storeWith('EVENT', 'billing', 'worker'), topicOf('COMMAND')),
    ).rejects.toMatchObject({
      ...taken,
      message: expect.stringMatching(/: there is billing, worker$/) as unknown,
    })
    await expect(
      checkOneReceiver(await storeWith('EVENT', 'billing'), topicOf('COMMAND')),
    ).resolves.toBeUndefined()
  })
})

describe('a topic for events', () => {
  it('has as many as there are', async () => {
    const store = await storeWith('EVENT', 'billing', 'shipping')

    await expect(checkOneReceiver(store, topicOf('EVENT'), worker)).resolves.toBeUndefined()
  })
})

describe('a subscription that was checked against an older topic', () => {
  it('is not stored', async () => {
    const store = await storeWith('EVENT')
    await store.updateTopic(topicOf('COMMAND'), 0)

    await expect(store.createSubscription(subscriptionOf('worker'), 0)).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await expect(store.createSubscription(subscriptionOf('worker'), 1)).resolves.toBe('created')
  })
})
