/**
 * Dead letters sent again: all, some, those that fit, to another endpoint; over a cancel, a pause and a
 * killed process.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { deadLettersOf, type DeadLetterCalls } from '../support/dead-letters.js'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'
import { tasksOf, type TaskCalls } from '../support/tasks.js'

let stack: TestStack
let subscriber: Subscriber
let other: Subscriber
beforeAll(async () => {
  ;[subscriber, other] = await Promise.all([startSubscriber(), startSubscriber()])
  const settings = { 'management-service': { 'management.topic.partitions': '1' } }
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  stack = await startTestStack({ ...servers, consumers: 2, settings })
})
afterAll(async () => {
  await stack.stop()
  await Promise.all([subscriber.stop(), other.stop()])
})

/** At 15 a second and an endpoint that answers at once, far fewer overtake one another. */
const outOfOrderMax = 10

interface Dead {
  readonly topic: string
  readonly name: string
  readonly letters: DeadLetterCalls
  readonly tasks: TaskCalls
}

/** A subscription whose receiver refused so many messages, and is mended now. */
async function died(
  count: number,
  path: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Dead> {
  subscriber.answerWith(() => ({ status: 400 }))
  const topic = await stack.createTopic()
  const name = await stack.createSubscription(topic, `${subscriber.url}${path}`, overrides)
  await Promise.all(
    Array.from({ length: count }, (_each, index) =>
      stack.publish(topic, `{"n":${index}}`, { headers: { 'Partition-Key': 'k' } }),
    ),
  )
  const letters = deadLettersOf(stack, topic, name)
  await letters.waitFor(count)
  subscriber.answerWith(() => ({}))
  subscriber.forget()
  return { topic, name, letters, tasks: tasksOf(stack, topic, name) }
}

const bodiesAt = (receiver: Subscriber, path: string): string[] =>
  receiver.received(path).map(({ body }) => body.toString())
const numbered = (...numbers: number[]): string[] => numbers.map(n => `{"n":${n}}`)

describe('a redrive', () => {
  it('of all sends each once with its message id, and the list is empty then', async () => {
    const { letters, tasks } = await died(20, '/all')
    const ids = (await letters.items()).map(({ messageId }) => messageId)

    const task = await tasks.start('dead-letters/redrive', { all: true })
    const done = await tasks.until(task.id, 'done')

    expect(done.progress).toMatchObject({ total: 20, done: 20, failed: 0 })
    const received = subscriber.received('/all')
    expect(received.map(({ messageId }) => messageId).sort()).toEqual([...ids].sort())
    expect(new Set(bodiesAt(subscriber, '/all')).size).toBe(20)
    expect(received.every(({ headers }) => headers['content-type'] === 'application/json')).toBe(true)
    expect(await letters.items()).toEqual([])
    expect((await tasks.list()).map(({ id }) => id)).toEqual([task.id])
  })

  it('of some by id and of those that fit leaves the others', async () => {
    const { letters, tasks } = await died(6, '/some')
    const byBody = new Map(
      (await letters.items()).map(({ id, body }) => [Buffer.from(body, 'base64').toString(), id]),
    )
    const chosen = numbered(1, 4).map(body => byBody.get(body))

    const first = await tasks.start('dead-letters/redrive', { ids: chosen })
    await tasks.until(first.id, 'done')
    expect(bodiesAt(subscriber, '/some').sort()).toEqual(numbered(1, 4))
    const second = await tasks.start('dead-letters/redrive', { filter: { body: '"n":2' } })
    await tasks.until(second.id, 'done')

    expect(bodiesAt(subscriber, '/some').sort()).toEqual(numbered(1, 2, 4))
    expect([...(await letters.bodies())].sort()).toEqual(numbered(0, 3, 5))
  })

  it('tried dry only counts, and a forbidden endpoint is refused', async () => {
    const { letters, tasks } = await died(3, '/dry')

    expect(await letters.call('POST', 'redrive', { all: true, dryRun: true })).toMatchObject({
      status: 200,
      json: { total: 3, byStatus: { 400: 3 }, isComplete: true },
    })
    const forbidden = await letters.call('POST', 'redrive', { all: true, endpoint: 'http://10.0.0.1/in' })
    expect(forbidden).toMatchObject({ status: 400, json: { code: 'VALIDATION_ERROR' } })
    expect(await tasks.list()).toEqual([])
    expect(subscriber.received('/dry')).toEqual([])
  })

  it('to another endpoint does not touch the subscriber; what that refuses stays and is named', async () => {
    const { letters, tasks } = await died(4, '/own')
    other.answerWith(({ body }) => ({ status: body.toString() === '{"n":2}' ? 400 : 200 }))

    const task = await tasks.start('dead-letters/redrive', { all: true, endpoint: `${other.url}/else` })
    const done = await tasks.until(task.id, 'done')

    expect(done.progress).toMatchObject({ total: 4, done: 3, failed: 1 })
    expect(done.failures).toHaveLength(1)
    expect(done.failures[0]?.reason).toContain('400')
    expect(await letters.bodies()).toEqual(numbered(2))
    expect((await letters.items())[0]?.id).toBe(done.failures[0]?.id)
    expect(subscriber.received('/own')).toEqual([])
    expect(bodiesAt(other, '/else').sort()).toEqual(numbered(0, 1, 2, 3))
  })

  it('of an edited copy sends the copy, with the id of the message', async () => {
    const { letters, tasks } = await died(1, '/copy')
    const [original] = await letters.items()
    await letters.call('POST', `${original?.id}/copy`, { text: '{"n":"new"}', replace: true })

    const task = await tasks.start('dead-letters/redrive', { all: true })
    await tasks.until(task.id, 'done')

    expect(bodiesAt(subscriber, '/copy')).toEqual(['{"n":"new"}'])
    expect(subscriber.received('/copy')[0]?.messageId).toBe(original?.messageId)
    expect(await letters.items()).toEqual([])
  })

  it('of batches sends arrays', async () => {
    const policy = { batchSize: 3, batchTime: 300, batchVolume: 10_000, messageTtl: 60, requestTimeout: 1000 }
    const overrides = { deliveryType: 'BATCH', subscriptionPolicy: { ...policy, messageBackoff: 100 } }
    const { letters, tasks } = await died(3, '/batch', overrides)

    const task = await tasks.start('dead-letters/redrive', { all: true })
    await tasks.until(task.id, 'done')

    const elements = subscriber
      .received('/batch')
      .flatMap(({ body }) => JSON.parse(body.toString()) as { message: unknown }[])
    expect(elements.map(({ message }) => JSON.stringify(message)).sort()).toEqual(numbered(0, 1, 2))
    expect(await letters.items()).toEqual([])
  })

  it('to an endpoint that takes nothing says so, and goes on once it does', async () => {
    const { letters, tasks } = await died(30, '/away')
    subscriber.answerWith(() => ({ status: 503 }))

    const task = await tasks.start('dead-letters/redrive', { all: true })
    await eventually(async () => {
      const { state, waitsFor } = await tasks.read(task.id)
      expect([state, waitsFor]).toEqual(['running', expect.stringMatching(/attempt/)])
    })
    subscriber.answerWith(() => ({}))
    const { waitsFor, progress } = await tasks.until(task.id, 'done')

    expect(waitsFor).toBeUndefined()
    expect(progress.done + progress.failed).toBe(30)
    expect(await letters.items()).toHaveLength(progress.failed)
  })

  it('that is cancelled sends nothing more, and what it did not send stays', async () => {
    const { letters, tasks } = await died(30, '/cancel')

    const task = await tasks.start('dead-letters/redrive', { all: true, rate: 5 })
    await subscriber.waitFor(3, { path: '/cancel' })
    const refused = await letters.call('POST', 'redrive', { all: true })
    const cancelled = await tasks.cancel(task.id)
    const sent = bodiesAt(subscriber, '/cancel')
    await pause(500)

    expect(refused).toMatchObject({ status: 409, json: { code: 'CONFLICT' } })
    expect(cancelled.state).toBe('cancelled')
    expect((await tasks.cancel(task.id)).state).toBe('cancelled')
    expect(bodiesAt(subscriber, '/cancel')).toEqual(sent)
    expect([...sent, ...(await letters.bodies())].sort()).toEqual(
      numbered(...Array.from({ length: 30 }, (_each, index) => index)).sort(),
    )
  })

  it('begins no request after a suspension is answered, and goes on when it is over', async () => {
    const { topic, name, letters, tasks } = await died(30, '/pause')

    const task = await tasks.start('dead-letters/redrive', { all: true, rate: 10 })
    await subscriber.waitFor(3, { path: '/pause' })
    expect((await stack.api.setSubscriptionState(topic, name, 'SUSPENDED')).status).toBe(200)
    const sent = subscriber.received('/pause').length
    await pause(500)

    expect(subscriber.received('/pause')).toHaveLength(sent)
    expect(sent).toBeLessThan(30)
    expect(await tasks.until(task.id, 'waiting')).toMatchObject({ waitsFor: 'the subscription is suspended' })
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await tasks.until(task.id, 'done')
    expect(bodiesAt(subscriber, '/pause')).toHaveLength(30)
    expect(await letters.items()).toEqual([])
  })

  it('goes on in another process when its own is killed, and loses none', async () => {
    const { letters, tasks } = await died(60, '/kill')

    const task = await tasks.start('dead-letters/redrive', { all: true, rate: 15 })
    const saved = await eventually(async () => {
      const { progress, executor = '' } = await tasks.read(task.id)
      expect(progress.done).toBeGreaterThanOrEqual(20)
      return { count: progress.done, executor }
    })
    const killed = await executorOf(saved.executor)
    await killed.kill()
    const done = await tasks.until(task.id, 'done')

    const bodies = bodiesAt(subscriber, '/kill')
    expect(new Set(bodies).size).toBe(60)
    // Repeated may be what was under way, and what was delivered since a save; never what was saved.
    for (const early of bodies.slice(0, saved.count - outOfOrderMax))
      expect(bodies.filter(each => each === early)).toHaveLength(1)
    expect(done.progress).toMatchObject({ failed: 0 })
    expect(await letters.items()).toEqual([])
  })
})

/** The consumers process of that name: its status page tells what it runs. */
async function executorOf(executor: string): Promise<TestStack['consumers'][number]> {
  return eventually(async () => {
    for (const process of stack.consumers) {
      const metrics = await (await fetch(`${process.url}/status/prometheus`)).text()
      if (/^hermes_consumers_tasks_running 1$/m.test(metrics)) return process
    }
    throw new Error(`nobody works on it, not even ${executor}`)
  })
}
