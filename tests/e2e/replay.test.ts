/**
 * A stretch of a topic delivered again, beside normal delivery.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { deadLettersOf } from '../support/dead-letters.js'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type FormOverrides, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'
import { tasksOf, type TaskCalls } from '../support/tasks.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  const settings = { 'management-service': { 'management.topic.partitions': '2' } }
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

interface Delivered {
  readonly topic: string
  readonly name: string
  readonly tasks: TaskCalls
  /** Message ids in the order of publishing. */
  readonly ids: readonly string[]
  /** A moment after the first half was published and before the second. */
  readonly halfTimeMs: number
}

/** A subscription that got so many messages, whose receiver has forgotten them. */
async function delivered(count: number, path: string, overrides: FormOverrides = {}): Promise<Delivered> {
  subscriber.answerWith(() => ({}))
  const topic = await stack.createTopic()
  const name = await stack.createSubscription(topic, `${subscriber.url}${path}`, overrides)
  const ids: string[] = []
  let halfTimeMs = 0
  for (let n = 0; n < count; n++) {
    if (n === count / 2) {
      await pause(5)
      halfTimeMs = Date.now()
      await pause(5)
    }
    const { headers } = await stack.publish(topic, `{"n":"${n}","isEven":"${n % 2 === 0}"}`)
    ids.push(headers.get('hermes-message-id') ?? '')
  }
  const expected = overrides['filters'] === undefined ? count : count / 2
  await subscriber.waitFor(expected, { path })
  subscriber.forget()
  return { topic, name, tasks: tasksOf(stack, topic, name), ids, halfTimeMs }
}

const idsAt = (path: string): string[] => subscriber.received(path).map(({ messageId }) => messageId)

describe('a replay', () => {
  it('delivers everything again with the same ids, while new messages arrive once', async () => {
    const { topic, tasks, ids } = await delivered(10, '/all')

    const task = await tasks.start('replay', { from: 'earliest', rate: 40 })
    const { headers } = await stack.publish(topic, '{"n":"new"}')
    const done = await tasks.until(task.id, 'done')
    await subscriber.waitFor(11, { path: '/all' })

    expect(done.progress).toMatchObject({ total: 10, done: 10, failed: 0 })
    expect(idsAt('/all').sort()).toEqual([...ids, headers.get('hermes-message-id')].sort())
  })

  it('of a stretch of time counts first and delivers that many', async () => {
    const { topic, name, tasks, ids, halfTimeMs } = await delivered(10, '/time')
    const path = `/topics/${topic}/subscriptions/${name}/replay`
    const since = { from: new Date(halfTimeMs).toISOString() }
    const until = { from: 'earliest', to: new Date(halfTimeMs).toISOString() }

    const dry = await stack.api.manage('POST', path, { ...since, dryRun: true })
    const counted = JSON.parse(dry.text) as { total: number; partitions: { messages: number }[] }
    const first = await tasks.start('replay', since)
    await tasks.until(first.id, 'done')
    const later = idsAt('/time')
    subscriber.forget()
    const second = await tasks.start('replay', until)
    await tasks.until(second.id, 'done')

    expect(dry.status).toBe(200)
    expect(counted).toMatchObject({ total: 5, isComplete: true })
    expect(counted.partitions.reduce((sum, { messages }) => sum + messages, 0)).toBe(5)
    expect(later.sort()).toEqual(ids.slice(5).sort())
    expect(idsAt('/time').sort()).toEqual(ids.slice(0, 5).sort())
  })

  it('asks the filters, in its count too', async () => {
    const filters = [{ type: 'jsonpath', path: '$.isEven', matcher: 'true' }]
    const { topic, name, tasks, ids } = await delivered(10, '/filters', { filters })

    const dry = await stack.api.manage('POST', `/topics/${topic}/subscriptions/${name}/replay`, {
      from: 'earliest',
      dryRun: true,
    })
    const task = await tasks.start('replay', { from: 'earliest' })
    const done = await tasks.until(task.id, 'done')

    expect(JSON.parse(dry.text)).toMatchObject({ total: 5 })
    expect(done.progress).toMatchObject({ total: 10, done: 5, filtered: 5 })
    expect(idsAt('/filters').sort()).toEqual(ids.filter((_id, n) => n % 2 === 0).sort())
  })

  it('to another endpoint leaves the subscriber alone, and the offsets where they are', async () => {
    const { topic, name, tasks, ids } = await delivered(6, '/own')
    const committed = async (): Promise<number | undefined> => {
      const page = await fetch(`${stack.consumers[0]!.url}/status/subscriptions`)
      const rows = (await page.json()) as {
        qualifiedName: string
        partitions: { committedOffset: number }[]
      }[]
      const row = rows.find(({ qualifiedName }) => qualifiedName === `${topic}$${name}`)
      return row?.partitions.reduce((sum, { committedOffset }) => sum + committedOffset, 0)
    }
    await eventually(async () => expect(await committed()).toBe(6))

    const task = await tasks.start('replay', { from: 'earliest', endpoint: `${subscriber.url}/other` })
    await tasks.until(task.id, 'done')

    expect(idsAt('/other').sort()).toEqual([...ids].sort())
    expect(idsAt('/own')).toEqual([])
    // A commit comes each second; one of the replay's offsets would show by then.
    await pause(1_500)
    expect(await committed()).toBe(6)
  })

  it('counts and names what fails, and buries it only where that was asked for', async () => {
    const { topic, name, tasks } = await delivered(4, '/fails')
    const letters = deadLettersOf(stack, topic, name)
    subscriber.answerWith(({ body }) => ({ status: body.toString().includes('"n":"2"') ? 400 : 200 }))

    const first = await tasks.start('replay', { from: 'earliest' })
    const done = await tasks.until(first.id, 'done')
    const none = await letters.items()
    const second = await tasks.start('replay', { from: 'earliest', deadLetters: true })
    await tasks.until(second.id, 'done')

    expect(done.progress).toMatchObject({ done: 3, failed: 1 })
    expect(done.failures).toHaveLength(1)
    expect(none).toEqual([])
    const [buried] = await letters.waitFor(1)
    expect(buried?.messageId).toBe(done.failures[0]?.messageId)
  })

  it('that is cancelled sends nothing more, and a suspension stops it as well', async () => {
    const { topic, name, tasks } = await delivered(20, '/stop')

    const first = await tasks.start('replay', { from: 'earliest', rate: 5 })
    await subscriber.waitFor(2, { path: '/stop' })
    expect((await tasks.cancel(first.id)).state).toBe('cancelled')
    const second = await tasks.start('replay', { from: 'earliest', rate: 5 })
    await subscriber.waitFor(subscriber.received('/stop').length + 2, { path: '/stop' })
    await stack.api.setSubscriptionState(topic, name, 'SUSPENDED')
    const sent = subscriber.received('/stop').length
    await pause(400)

    expect(subscriber.received('/stop')).toHaveLength(sent)
    expect(sent).toBeLessThan(20)
    expect(await tasks.until(second.id, 'waiting')).toMatchObject({ kind: 'replay' })
    expect((await tasks.cancel(second.id)).state).toBe('cancelled')
  })
})
