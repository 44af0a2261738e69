import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

describe('signed deliveries', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    ;[stack, subscriber] = await Promise.all([startTestStack(servers), startSubscriber()])
  })
  afterAll(async () => {
    await Promise.all([stack.stop(), subscriber.stop()])
  })

  const isVerified = (key: string, { body, headers }: Received): boolean => {
    try {
      new Webhook(key).verify(body.toString(), headers)
      return true
    } catch {
      return false
    }
  }
  const newKey = async (topic: string, name: string): Promise<{ key: string; keys: string[] }> => {
    const path = `/topics/${topic}/subscriptions/${name}/signing-keys`
    const { status, text } = await stack.api.manage('POST', path)
    expect(status).toBe(201)
    return JSON.parse(text) as { key: string; keys: string[] }
  }
  /** Publishes until a delivery is as wanted: consumers hear of a change a moment after its answer. */
  const untilDelivered = (topic: string, path: string, isWanted: (one: Received) => boolean): Promise<void> =>
    eventually(async () => {
      await stack.publish(topic, '{"text":"ä"}')
      const last = await eventually(() => {
        const found = subscriber.received(path).at(-1)
        expect(found).toBeDefined()
        return found as Received
      })
      expect(isWanted(last)).toBe(true)
    }, 30_000)

  it('begin with a key, are verified by the old and the new one while it changes, and end with the last', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/rotated`, {
      headers: [{ name: 'Webhook-Signature', value: 'v1,forged' }],
    })
    const first = await newKey(topic, name)
    await untilDelivered(topic, '/rotated', one => isVerified(first.key, one))
    const second = await newKey(topic, name)
    expect(second.keys).toEqual([expect.stringContaining('******'), first.keys[0]])
    await untilDelivered(topic, '/rotated', one => isVerified(first.key, one) && isVerified(second.key, one))

    const shown = JSON.parse((await stack.api.readSubscription(topic, name)).text) as object
    expect(shown).toMatchObject({ signing: { keys: second.keys } })
    expect(JSON.stringify(shown)).not.toContain(first.key)
    // What answers show can be sent back, and the former key can be left out.
    const patch = { ...shown, signing: { keys: second.keys.slice(0, 1) } }
    expect((await stack.api.updateSubscription(topic, name, patch)).status).toBe(200)
    await untilDelivered(topic, '/rotated', one => isVerified(second.key, one) && !isVerified(first.key, one))

    const path = `/topics/${topic}/subscriptions/${name}/signing-keys`
    expect((await stack.api.manage('DELETE', `${path}/${first.keys[0]?.slice(-8)}`)).status).toBe(404)
    expect((await stack.api.manage('DELETE', `${path}/${second.keys[0]?.slice(-8)}`)).status).toBe(200)
    await untilDelivered(topic, '/rotated', one => one.headers['webhook-id'] === undefined)
  })

  it('carry the message’s id, the same at each attempt, and hold for batches as for single ones', async () => {
    const topic = await stack.createTopic()
    const keys = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']
    await stack.createSubscription(topic, `${subscriber.url}/single`, {
      ...{ signing: { keys }, subscriptionPolicy: { messageBackoff: 10 } },
    })
    await stack.createSubscription(topic, `${subscriber.url}/batch`, {
      ...{ deliveryType: 'BATCH', signing: { keys } },
      subscriptionPolicy: { batchSize: 1, batchTime: 10, batchVolume: 1_000, requestTimeout: 10_000 },
    })
    let isFirst = true
    subscriber.answerWith(({ path }) => {
      if (path !== '/single' || !isFirst) return {}
      isFirst = false
      return { status: 503 }
    })
    const { headers } = await stack.publish(topic, '{"n":1}')
    await eventually(() => {
      expect(subscriber.received('/single')).toHaveLength(2)
      expect(subscriber.received('/batch').length).toBeGreaterThan(0)
    })

    const singles = subscriber.received('/single')
    const id = headers.get('hermes-message-id')
    expect(singles.map(each => each.headers['webhook-id'])).toEqual([id, id])
    for (const each of [...singles, ...subscriber.received('/batch')])
      expect(isVerified(keys[0] ?? '', each)).toBe(true)
  })

  it.each([
    ['no key', { keys: ['secret'] }],
    ['a mask of nothing', { keys: ['whsec_******00000000'] }],
    ['too many', { keys: Array.from({ length: 4 }, () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') }],
  ])('are refused with %s', async (_what, signing) => {
    const topic = await stack.createTopic()
    const { status, text } = await stack.api.createSubscription({
      ...{ topicName: topic, name: 's', description: '', owner: { source: 'Plaintext', id: 'x' } },
      ...{ endpoint: subscriber.url, signing },
    })

    expect(status).toBe(400)
    expect(text).toContain('Subscription.signing.keys')
  })
})
