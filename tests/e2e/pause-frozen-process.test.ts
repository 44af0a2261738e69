/**
 * A pause is a promise about every process, also about one that is frozen while it is asked for and wakes
 * afterwards (decisions 33).
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { ApiAnswer } from '@iris/local-stack/iris-api'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

/** Shorter than the consumers' session (4 s in the test stack): the first call cannot be confirmed. */
const pauseTimeoutMs = 1_000
const backlog = 3_000
const path = { free: '/free', ordered: '/ordered' } as const

describe('a suspension asked for while one of two owners is frozen', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let topic: string
  let names: string[]

  beforeAll(async () => {
    const settings = {
      'management-service': { 'management.subscription.pauseTimeout': `${pauseTimeoutMs}ms` },
    }
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    stack = await startTestStack({ ...servers, consumers: 2, settings })
    subscriber = await startSubscriber()
    subscriber.answerWith(() => ({ delayMs: 20 }))
    topic = await stack.createTopic()
    const subscriptionPolicy = { rate: 400, requestTimeout: 20_000, inflightSize: 20 }
    const form = { state: 'SUSPENDED', subscriptionPolicy }
    names = [
      await stack.createSubscription(topic, subscriber.url + path.free, form),
      await stack.createSubscription(topic, subscriber.url + path.ordered, { ...form, ordering: 'KEY' }),
    ]
    await publishBacklog()
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  async function publishBacklog(): Promise<void> {
    let next = 0
    const publish = async (): Promise<void> => {
      for (let n = next++; n < backlog; n = next++) {
        const headers = { 'Partition-Key': `key${n % 50}` }
        expect((await stack.publish(topic, `{"n":${n}}`, { headers })).status).toBe(201)
      }
    }
    await Promise.all(Array.from({ length: 32 }, publish))
  }
  const setStates = (state: 'ACTIVE' | 'SUSPENDED'): Promise<ApiAnswer[]> =>
    Promise.all(names.map(name => stack.api.setSubscriptionState(topic, name, state)))
  const after = (ms: number): Received[] => subscriber.received().filter(each => each.atMs > ms)
  const distinct = (of: string): number =>
    new Set(subscriber.received(of).map(each => each.body.toString())).size

  it('is answered 504 with the name of the frozen one, then 200, and then no request begins anywhere', async () => {
    await setStates('ACTIVE')
    for (const of of Object.values(path)) await subscriber.waitFor(200, { path: of })
    const [frozen] = stack.consumers
    const processId = `process ${frozen!.pid}`
    frozen!.pause()

    const refused = await setStates('SUSPENDED')
    expect(refused.map(each => each.status)).toEqual([504, 504])
    for (const each of refused) expect(each.text).toContain(processId)
    await eventually(async () => {
      expect((await setStates('SUSPENDED')).map(each => each.status)).toEqual([200, 200])
    })
    const answeredMs = performance.now()
    frozen!.resume()
    await pause(2_000)

    expect(after(answeredMs)).toEqual([])
    for (const of of Object.values(path)) expect(distinct(of)).toBeLessThan(backlog)
  })

  it('has lost nothing when delivery goes on', async () => {
    for (const name of names)
      await stack.api.updateSubscription(topic, name, { subscriptionPolicy: { rate: 10_000 } })
    await setStates('ACTIVE')

    for (const of of Object.values(path)) await eventually(() => expect(distinct(of)).toBe(backlog))
  })
})
