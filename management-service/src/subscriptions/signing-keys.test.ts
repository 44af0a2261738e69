import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { signingKeysMax } from '@iris/common/domain/signing'
import { holdSubscription } from '../changes/testing/held.js'
import { createMemoryStore } from '../store/in-memory.js'
import type { SubscriptionStore } from '../store/ports.js'
import { addSigningKey, removeSigningKey } from './signing-keys.js'

const names = { topic: 'g.t' as TopicName, name: 's' as SubscriptionName }

function setUp() {
  const memory = createMemoryStore()
  holdSubscription(memory, 'g.t', 's', { state: 'PENDING' })
  let meanwhile: (() => Promise<unknown>) | null = null
  let made = 0
  const store: SubscriptionStore = {
    ...memory,
    async updateSubscription(subscription, version) {
      const others = meanwhile
      meanwhile = null
      await others?.()
      await memory.updateSubscription(subscription, version)
    },
  }
  const parts = { store, newKey: () => Buffer.alloc(32, ++made) }
  const stored = async () => {
    const found = await memory.subscription(names.topic, names.name)
    if (found === null) throw new Error('it is gone')
    return found
  }
  return {
    stored,
    add: () => addSigningKey(parts, names),
    remove: (mask: string) => removeSigningKey(parts, names, mask),
    /** Between the next reading and its writing. */
    between: (work: () => Promise<unknown>) => void (meanwhile = work),
    async activate() {
      const { value, version } = await stored()
      await memory.updateSubscription({ ...value, state: 'ACTIVE' }, version)
    },
  }
}

describe('the keys of a subscription', () => {
  it('are made and taken away although a consumer activates the subscription at that moment', async () => {
    const { stored, add, remove, between, activate } = setUp()
    between(activate)
    const { key, keys } = await add()

    expect((await stored()).value).toMatchObject({ state: 'ACTIVE', signing: { keys: [key] } })
    between(activate)
    await remove(keys[0] ?? '')
    expect((await stored()).value).toMatchObject({ state: 'ACTIVE', signing: null })
  })

  it('are all kept of two who make one at the same moment', async () => {
    const { stored, add, between } = setUp()
    const others: string[] = []
    between(async () => others.push((await add()).key))
    const { key } = await add()

    expect((await stored()).value.signing?.keys).toEqual([key, ...others])
  })

  it('are bounded in number, and one is taken away once only', async () => {
    const { stored, add, remove, between } = setUp()
    const { keys } = await add()
    const mask = keys[0] ?? ''
    between(() => remove(mask))

    await expect(remove(mask)).rejects.toMatchObject({ code: 'SIGNING_KEY_NOT_EXISTS' })
    for (let made = 0; made <= signingKeysMax; made++) await add()
    expect((await stored()).value.signing?.keys).toHaveLength(signingKeysMax)
  })
})
