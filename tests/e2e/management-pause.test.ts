/**
 * A pause is answered when nobody sends any more (decisions 33): here the locks of the owners are the test's
 * own.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const timeoutMs = 3_000
const cluster = 'primary-dc'
let stack: TestStack
let session: ZooSession
let topic: TopicName
let name: SubscriptionName
beforeAll(async () => {
  const settings = { 'management-service': { 'management.subscription.pauseTimeout': `${timeoutMs}ms` } }
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  stack = await startTestStack({ ...servers, frontends: 0, consumers: 0, settings })
  const deps = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const limits = { sessionTimeoutMs: 4_000, connectTimeoutMs: 10_000, requestTimeoutMs: 5_000 }
  session = createZooSession(deps, { servers: inject('zookeeper'), ...limits })
  await session.start()
  topic = (await stack.createTopic()) as TopicName
  name = (await stack.createSubscription(topic, 'http://127.0.0.1:9/')) as SubscriptionName
})
afterAll(async () => {
  await session.stop()
  await stack.stop()
})

/** What an owner of a slot keeps in ZooKeeper while it sends. */
async function lock(partition: number): Promise<string> {
  const { iris } = zooPaths(stack.root)
  await session.ensure(iris.subscriptionLocks(cluster, topic, name))
  const holder = Buffer.from(JSON.stringify({ instance: 'slow-host-1', pid: 7 }))
  return session.create(iris.lock(cluster, topic, name, partition), holder, 'ephemeral')
}

describe('a suspension', () => {
  it('is answered after the last owner has given its lock back', async () => {
    const locks = [await lock(0), await lock(1)]
    const startMs = performance.now()

    const suspending = stack.api.setSubscriptionState(topic, name, 'SUSPENDED')
    await pause(300)
    for (const path of locks) await session.remove(path)

    expect((await suspending).status).toBe(200)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(299)
  })

  it('that an owner does not confirm is answered 504 with its name, and stays in force', async () => {
    const held = await lock(2)

    const refused = await stack.api.updateSubscription(topic, name, { state: 'SUSPENDED' })
    const { status, text } = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/state`)
    await session.remove(held)

    expect(refused.status).toBe(504)
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'PAUSE_NOT_CONFIRMED',
      message: expect.stringContaining('slow-host-1, process 7 (partition 2)') as string,
    })
    expect([status, text]).toEqual([200, '"SUSPENDED"'])
  })

  it('is undone at once', async () => {
    expect((await stack.api.setSubscriptionState(topic, name, 'ACTIVE')).status).toBe(200)
  })
})
