import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { configureTopic } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Item {
  readonly id: string
  readonly messageId: string
  readonly state: string
  readonly deliverAt: string
  readonly key?: string
  readonly reason?: string
}

interface Page {
  readonly items: readonly Item[]
  readonly isComplete: boolean
  readonly next?: string
}

let stack: TestStack
let subscriber: Subscriber
let pathCount = 0

beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    consumers: 2,
    settings: { 'frontend-service': { 'frontend.handlers.longIdleTimeout': '20s' } },
  })
  // The first one makes the schedule topic, which a busy machine may need a while for: no time of a test's.
  await publish(await stack.createTopic(), '"first"', { 'Deliver-After': 'PT1H' })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

/** A path of the subscriber that nobody else uses: the tests run beside each other, as most of them wait. */
const newPath = (): string => `/later/${++pathCount}`

async function subscribed(
  path: string,
  overrides: Parameters<TestStack['createTopic']>[0] = {},
): Promise<string> {
  const topic = await stack.createTopic(overrides)
  await stack.createSubscription(topic, subscriber.url + path, { ordering: 'KEY' })
  return topic
}

interface Published {
  readonly messageId: string
  readonly id: string
  readonly deliverAt: string
}

async function publish(
  topic: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Published> {
  const answer = await stack.publish(topic, body, { headers })
  expect([answer.status, answer.text]).toEqual([201, ''])
  return {
    messageId: answer.headers.get('hermes-message-id') ?? '',
    id: answer.headers.get('schedule-id') ?? '',
    deliverAt: answer.headers.get('deliver-at') ?? '',
  }
}

async function read<T>(call: string): Promise<T> {
  const answer = await stack.api.manage('GET', call)
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
  return JSON.parse(answer.text) as T
}

const bodies = (path: string): string[] => subscriber.received(path).map(({ body }) => body.toString())

describe.concurrent('a message for later', () => {
  it('comes at its time and not before, with its id, and its trace tells both', async () => {
    const path = newPath()
    const topic = await subscribed(path, { trackingEnabled: true })
    const startMs = performance.now()
    const { messageId, id, deliverAt } = await publish(topic, '{"a":"later"}', { 'Deliver-After': '1' })
    await publish(topic, '{"a":"now"}', {})

    const received = await subscriber.waitFor(2, { path })
    const trace = await eventually(async () => {
      const { events } = await read<{ events: { status: string; scheduledFor?: number; offset?: number }[] }>(
        `/topics/${topic}/messages/${messageId}/trace`,
      )
      if (events.length < 2) throw new Error(JSON.stringify(events))
      return events
    })

    expect(new Set(bodies(path))).toEqual(new Set(['{"a":"now"}', '{"a":"later"}']))
    const later = received.find(({ body }) => body.toString() === '{"a":"later"}')!
    expect(later.messageId).toBe(messageId)
    expect(later.atMs - startMs).toBeGreaterThanOrEqual(990)
    expect(id).toMatch(/^\d+-\d+$/)
    expect(trace[0]).toMatchObject({ status: 'INFLIGHT', scheduledFor: Date.parse(deliverAt) })
    const offset = expect.any(Number) as number
    expect(trace[1]).toMatchObject({ status: 'SUCCESS', scheduledFor: Date.parse(deliverAt), offset })
  })

  it('keeps the order of publishing within its key where times are equal', async () => {
    const path = newPath()
    const topic = await subscribed(path)
    const headers = { 'Deliver-At': new Date(Date.now() + 4_000).toISOString(), 'Partition-Key': 'k' }
    for (const n of [1, 2, 3, 4, 5]) await publish(topic, String(n), headers)

    await subscriber.waitFor(5, { path })

    expect(bodies(path)).toEqual(['1', '2', '3', '4', '5'])
  })

  it('comes at once where its time has passed, and is no scheduled message', async () => {
    const path = newPath()
    const topic = await subscribed(path)
    const { id } = await publish(topic, '1', { 'Deliver-At': 'Sun, 06 Nov 1994 08:49:37 GMT' })

    await subscriber.waitFor(1, { path })
    expect(id).toBe('')
  })

  it('is listed by time, shown, and taken back; the answer says what is true', async () => {
    const path = newPath()
    const topic = await subscribed(path)
    const gone = await publish(topic, '"gone"', { 'Deliver-After': '5' })
    expect((await stack.api.manage('DELETE', `/topics/${topic}/scheduled/${gone.id}`)).status).toBe(200)
    const soon = await publish(topic, '"soon"', { 'Deliver-After': 'PT1M' })
    const far = await publish(topic, '"far"', { 'Deliver-After': 'PT3H', 'Partition-Key': 'k' })
    const near = await publish(topic, '"near"', { 'Deliver-After': 'PT5M' })
    const manage = async (method: string, id: string, of = topic): Promise<readonly unknown[]> => {
      const { status, text } = await stack.api.manage(method, `/topics/${of}/scheduled/${id}`)
      const { state, code } = JSON.parse(text) as { state?: string; code?: string }
      return [status, state ?? code]
    }

    const all = await read<Page>(`/topics/${topic}/scheduled`)
    const first = await read<Page>(`/topics/${topic}/scheduled?limit=2`)
    const second = await read<Page>(`/topics/${topic}/scheduled?limit=2&after=${first.next}`)
    expect(all.items.map(({ id }) => id)).toEqual([soon.id, near.id, far.id])
    expect(all.items[2]).toMatchObject({
      ...far,
      state: 'scheduled',
      key: Buffer.from('k').toString('base64'),
    })
    expect([all.isComplete, all.next, second.next]).toEqual([true, undefined, undefined])
    expect([...first.items, ...second.items]).toEqual(all.items)

    expect(await manage('DELETE', soon.id)).toEqual([200, 'cancelled'])
    expect(await manage('DELETE', soon.id)).toEqual([200, 'cancelled'])
    // Comes after the time of what was cancelled, which then has not come.
    const lastMs = Math.max(Date.parse(gone.deliverAt) + 1, Date.now() + 1_000)
    const last = await publish(topic, '"last"', { 'Deliver-At': String(lastMs) })
    await subscriber.waitFor(1, { path })
    expect(bodies(path)).toEqual(['"last"'])

    await eventually(async () => expect(await manage('GET', last.id)).toEqual([200, 'delivered']))
    expect(await manage('GET', gone.id)).toEqual([200, 'cancelled'])
    expect(await manage('GET', near.id)).toEqual([200, 'scheduled'])
    expect(await manage('DELETE', last.id)).toEqual([409, 'SCHEDULED_MESSAGE_DELIVERED'])
    const missing = [404, 'SCHEDULED_MESSAGE_NOT_EXISTS']
    expect(await manage('DELETE', '0-999999')).toEqual(missing)
    expect(await manage('GET', 'x')).toEqual(missing)
    expect(await manage('DELETE', near.id, await stack.createTopic())).toEqual(missing)
    expect(await manage('GET', near.id, `${stack.group}.none`)).toEqual([404, 'TOPIC_NOT_EXISTS'])
    expect((await stack.api.manage('GET', `/topics/${topic}/scheduled?limit=101`)).status).toBe(400)
    const left = await read<Page>(`/topics/${topic}/scheduled`)
    expect(left.items.map(({ id }) => id)).toEqual([near.id, far.id])
  })

  it('does not come where its topic was removed, even if one of that name is there again', async () => {
    const path = newPath()
    const topic = await stack.createTopic()
    const { id } = await publish(topic, '"former"', { 'Deliver-After': '2' })
    expect((await stack.api.deleteTopic(topic)).status).toBe(200)
    await subscribed(path, { name: topic })
    await eventually(() => publish(topic, '"present"', { 'Deliver-After': '2' }))

    await subscriber.waitFor(1, { path })

    expect(bodies(path)).toEqual(['"present"'])
    expect((await stack.api.manage('GET', `/topics/${topic}/scheduled/${id}`)).status).toBe(404)
  })

  it('ends with a reason where its topic takes it no more, and keeps nothing else from coming', async () => {
    const path = newPath()
    const topic = await subscribed(path)
    const big = `"${'x'.repeat(2_000)}"`
    await configureTopic(inject('kafka'), `${stack.namespace}_${topic}`, { 'max.message.bytes': '1000' })
    await eventually(async () => expect((await stack.publish(topic, big)).status).not.toBe(201))
    const refused = await publish(topic, big, { 'Deliver-After': '1' })
    await publish(topic, '"small"', { 'Deliver-After': '1' })

    const { items } = await eventually(async () => {
      const page = await read<Page>(`/topics/${topic}/scheduled?state=refused`)
      expect(page.items).toHaveLength(1)
      return page
    })
    expect(items[0]).toMatchObject({ id: refused.id, messageId: refused.messageId, state: 'refused' })
    expect(items[0]?.reason).toMatch(/\w/)
    await eventually(() => expect(bodies(path)).toContain('"small"'))
  })

  it.each([
    [{ 'Deliver-At': 'tomorrow' }, 'Deliver-At "tomorrow" is not understood; write an HTTP-date'],
    [{ 'Deliver-After': 'PT1H', 'Deliver-At': '1' }, 'are both given; send one'],
    [{ 'Deliver-After': '-1' }, 'Deliver-After "-1" is not understood; write whole seconds'],
    [{ 'Deliver-After': 'P2D' }, 'Deliver-After lies 2 d ahead, at most 24 h are allowed: so long does'],
  ])('is refused with %j', async (headers, text) => {
    const topic = await stack.createTopic()
    const answer = await stack.publish(topic, '1', { headers: headers })

    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('VALIDATION_ERROR')])
    expect(JSON.parse(answer.text)).toMatchObject({ message: expect.stringContaining(text) as string })
  })
})

describe('a message whose owner is killed', () => {
  it('comes all the same, from the process that takes over', async () => {
    const path = newPath()
    const topic = await subscribed(path)
    const keys = Array.from({ length: 12 }, (_, number) => `key-${number}`)
    const sent = await Promise.all(
      keys.map(key => publish(topic, `"${key}"`, { 'Deliver-After': '2', 'Partition-Key': key })),
    )
    await stack.consumers[0]!.kill()

    const arrived = await eventually(() => {
      const ids = new Set(subscriber.received(path).map(({ messageId }) => messageId))
      expect(ids.size).toBe(sent.length)
      return ids
    }, 30_000)
    expect(arrived).toEqual(new Set(sent.map(({ messageId }) => messageId)))
  })
})
