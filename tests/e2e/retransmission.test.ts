import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { settled } from '../support/settled.js'
import { startTestStack, type FormOverrides, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
let path = ''
let pathCount = 0

beforeAll(async () => {
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2 })
  subscriber = await startSubscriber()
})
beforeEach(() => {
  path = `/test/${++pathCount}`
  subscriber.answerWith(() => ({}))
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

/** Which messages came, in rising order. */
const numbersAt = (at: string): number[] =>
  subscriber
    .received(at)
    .map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n)
    .sort((a, b) => a - b)

/** Publishes `{"n":from}` to `{"n":to}`, and gives a time between them and what is published later. */
async function publish(topic: string, from: number, to: number): Promise<string> {
  const all = Array.from({ length: to - from + 1 }, (_, index) => `{"n":${from + index}}`)
  await Promise.all(all.map(body => stack.publish(topic, body)))
  // Kafka's times are milliseconds: no message has the time given.
  await pause(5)
  const time = new Date().toISOString()
  await pause(5)
  return time
}

describe('a new subscription', () => {
  it('starts at the end, at the earliest message, or at the first of a time on', async () => {
    const topic = await stack.createTopic()
    const time = await publish(topic, 1, 3)
    await publish(topic, 4, 5)
    const starting = (startPosition: string | undefined, at: string): Promise<string> =>
      stack.createSubscription(topic, `${subscriber.url}${path}/${at}`, { startPosition })
    await starting('earliest', 'earliest')
    await starting(time, 'time')
    await starting('now', 'now')
    await starting(undefined, 'default')
    await publish(topic, 6, 6)
    const gotAt = (at: string): number[] => numbersAt(`${path}/${at}`)

    await eventually(() => expect(gotAt('earliest')).toEqual([1, 2, 3, 4, 5, 6]))
    await eventually(() => expect(gotAt('time')).toEqual([4, 5, 6]))
    await eventually(() => expect([gotAt('now'), gotAt('default')]).toEqual([[6], [6]]))
  })

  it('is refused where it should start at no such place, and leaves nothing behind', async () => {
    const topic = await stack.createTopic()
    const refused = stack.createSubscription(topic, subscriber.url, {
      name: 'lost',
      startPosition: 'yesterday',
    })

    await expect(refused).rejects.toThrow('Subscription.startPosition must be now, earliest, or a date')
    expect((await stack.api.readSubscription(topic, 'lost')).status).toBe(400)
  })
})

interface Place {
  readonly topic: { readonly value: string }
  readonly partition: number
  readonly offset: number
  readonly messages?: number
  readonly skipped?: number
}
interface Moved {
  readonly status: number
  readonly places: readonly Place[]
  readonly json: Record<string, unknown>
  readonly count: string | null
}
interface Row {
  readonly qualifiedName: string
  readonly partitions: readonly { partition: number; state: string; committedOffset: number }[]
}

describe('a retransmission', () => {
  const gone = new Set<string>()
  const retransmit = async (topic: string, name: string, date: unknown, query = ''): Promise<Moved> => {
    const at = `/topics/${topic}/subscriptions/${name}/retransmission${query}`
    const answer = await fetch(stack.management.url + at, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(date === undefined ? {} : { retransmissionDate: date }),
    })
    const json = (await answer.json()) as Record<string, unknown>
    const places = (json['primary-dc'] ?? []) as readonly Place[]
    return { status: answer.status, places, json, count: answer.headers.get('iris-message-count') }
  }
  const urls = (): string[] => stack.consumers.map(({ url }) => url).filter(url => !gone.has(url))
  const partitionsOf = async (url: string, id: string): Promise<Row['partitions']> => {
    const rows = (await (await fetch(`${url}/status/subscriptions`)).json()) as Row[]
    return rows.find(({ qualifiedName }) => qualifiedName === id)?.partitions ?? []
  }
  const running = (id: string): Promise<void> =>
    eventually(async () => {
      const all = (await Promise.all(urls().map(url => partitionsOf(url, id)))).flat()
      const owned = all.filter(({ state }) => state === 'running').map(({ partition }) => partition)
      expect(owned.sort()).toEqual([0, 1, 2, 3])
    }, 20_000)
  const subscribe = async (topic: string, overrides: FormOverrides = {}): Promise<string> => {
    const name = await stack.createSubscription(topic, subscriber.url + path, overrides)
    await running(`${topic}$${name}`)
    return name
  }
  const numbers = (): number[] => numbersAt(path)
  const ids = (): Set<string> => new Set(subscriber.received(path).map(({ messageId }) => messageId))

  it('backwards sends everything from a moment on again, with the same ids, and later messages once', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic)
    const time = await publish(topic, 1, 3)
    await publish(topic, 4, 8)
    await subscriber.waitFor(8, { path })
    const before = ids()
    const dry = await eventually(async () => {
      const planned = await retransmit(topic, name, time, '?dryRun=true')
      expect(planned.count).toBe('5')
      return planned
    })
    expect(subscriber.received(path)).toHaveLength(8)
    const moved = await retransmit(topic, name, time)
    await subscriber.waitFor(13, { path })
    await publish(topic, 9, 9)
    await subscriber.waitFor(14, { path })
    await pause(500)

    expect(numbers()).toEqual([1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9])
    expect(ids().size).toBe(9)
    expect([...before].every(id => ids().has(id))).toBe(true)
    expect([moved.status, Object.keys(moved.json), moved.count]).toEqual([200, ['primary-dc'], null])
    expect(moved.places.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3])
    for (const { messages, skipped, ...place } of dry.places) {
      expect(skipped).toBe(0)
      expect(messages).toBeGreaterThanOrEqual(0)
      expect(moved.places).toContainEqual(place)
      expect(place.topic).toEqual({ value: `${stack.namespace}_${topic}` })
    }
    expect(dry.places.reduce((sum, { messages = 0 }) => sum + messages, 0)).toBe(5)
  })

  it('forwards skips what has not been delivered, waiting retries included', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic, { subscriptionPolicy: { messageBackoff: 200 } })
    subscriber.answerWith(() => ({ status: 500 }))
    await publish(topic, 1, 4)
    await eventually(() => expect(new Set(numbers()).size).toBe(4))
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    const dry = await retransmit(topic, name, tomorrow, '?dryRun=true')
    expect(dry.places.reduce((sum, { skipped = 0 }) => sum + skipped, 0)).toBe(4)
    expect(dry.count).toBe('0')
    expect((await retransmit(topic, name, tomorrow)).status).toBe(200)
    subscriber.answerWith(() => ({}))
    const attempts = numbers().length
    await publish(topic, 5, 5)
    await eventually(() => expect(numbers()).toContain(5))
    await pause(400)

    expect(numbers()).toHaveLength(attempts + 1)
  })

  it('moves an ordered subscription without disorder, and one in batches', async () => {
    const topic = await stack.createTopic()
    const [ordered, batches] = [`${path}/ordered`, `${path}/batches`]
    const inOrder = await stack.createSubscription(topic, subscriber.url + ordered, { ordering: 'KEY' })
    const inBatches = await stack.createSubscription(topic, subscriber.url + batches, {
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 3, batchTime: 100 },
    })
    await Promise.all([running(`${topic}$${inOrder}`), running(`${topic}$${inBatches}`)])
    for (const n of [1, 2, 3, 4])
      await stack.publish(topic, `{"n":${n}}`, { headers: { 'Partition-Key': 'one' } })
    const batched = (): number[] =>
      subscriber
        .received(batches)
        .flatMap(({ body }) => JSON.parse(body.toString()) as { message: { n: number } }[])
        .map(({ message }) => message.n)
    await subscriber.waitFor(4, { path: ordered })
    await eventually(() => expect(batched()).toHaveLength(4))
    const moved = await Promise.all([retransmit(topic, inOrder, 0), retransmit(topic, inBatches, 0)])
    await subscriber.waitFor(8, { path: ordered })
    await eventually(() => expect(batched()).toHaveLength(8))

    expect(moved.map(({ status }) => status)).toEqual([200, 200])
    const sequence = subscriber.received(ordered).map(({ body }) => body.toString())
    expect(sequence).toEqual([1, 2, 3, 4, 1, 2, 3, 4].map(n => `{"n":${n}}`))
    expect(batched()).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
  })

  it('moves a suspended subscription at once, and it goes on from there', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic)
    const time = await publish(topic, 1, 2)
    await publish(topic, 3, 4)
    await subscriber.waitFor(4, { path })
    await stack.api.setSubscriptionState(topic, name, 'SUSPENDED')
    const moved = await retransmit(topic, name, time)
    expect([moved.status, numbers()]).toEqual([200, [1, 2, 3, 4]])
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await subscriber.waitFor(6, { path })

    expect(numbers()).toEqual([1, 2, 3, 3, 4, 4])
  })

  it('keeps an attempt under way from settling anything at the new place', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic, { subscriptionPolicy: { requestTimeout: 20_000 } })
    let delayMs = 1_000
    subscriber.answerWith(() => {
      const answer = { delayMs }
      delayMs = 0
      return answer
    })
    await publish(topic, 1, 1)
    await subscriber.waitFor(1, { path })
    const moved = await retransmit(topic, name, 0)
    await subscriber.waitFor(2, { path })
    await eventually(async () => {
      const all = (await Promise.all(urls().map(url => partitionsOf(url, `${topic}$${name}`)))).flat()
      expect(all.reduce((sum, { committedOffset }) => sum + committedOffset, 0)).toBe(1)
    })

    expect(moved.status).toBe(200)
    expect(numbers()).toEqual([1, 1])
  })

  it.each([
    [undefined, 'VALIDATION_ERROR', 'retransmissionDate must not be null'],
    ['', 'VALIDATION_ERROR', 'retransmissionDate must not be null'],
    ['2026-01-01', 'FORMAT_ERROR', 'a date and time with offset'],
  ])('to %j is refused', async (date, code, text) => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path)

    expect(await retransmit(topic, name, date)).toMatchObject({
      status: 400,
      json: { code, message: expect.stringContaining(text) as string },
    })
  })

  it('of what does not exist is refused', async () => {
    const topic = await stack.createTopic()

    expect(await retransmit(topic, 'nobody', 0)).toMatchObject({
      status: 400,
      json: { code: 'SUBSCRIPTION_NOT_EXISTS' },
    })
    expect(await retransmit(`${stack.group}.none`, 'nobody', 0)).toMatchObject({ status: 404 })
  })

  it('is finished by the next owner where one is killed in the middle', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic)
    const id = `${topic}$${name}`
    await publish(topic, 1, 20)
    // What is not committed when its owner dies comes once more, as promised.
    await settled(inject('kafka'), stack, [[topic, name]])
    const [killed] = stack.consumers
    expect(await partitionsOf(killed!.url, id)).toHaveLength(2)
    process.kill(killed!.pid, 'SIGSTOP')
    const moving = retransmit(topic, name, 0)
    await pause(300)
    gone.add(killed!.url)
    await killed!.kill()
    expect((await moving).status).toBe(200)
    await eventually(() => expect(numbers()).toHaveLength(40))
    await pause(500)

    const once = Array.from({ length: 20 }, (_, index) => index + 1)
    expect(numbers()).toEqual(once.flatMap(n => [n, n]))
  })

  it('moves what nobody delivers because no consumer is there', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic)
    await publish(topic, 1, 4)
    await subscriber.waitFor(4, { path })
    for (const consumers of stack.consumers.filter(({ url }) => !gone.has(url))) {
      await consumers.stop()
      gone.add(consumers.url)
    }
    expect((await retransmit(topic, name, 0)).status).toBe(200)
    await stack.addConsumers()
    await subscriber.waitFor(8, { path, withinMs: 20_000 })

    expect(numbers()).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  })
})
