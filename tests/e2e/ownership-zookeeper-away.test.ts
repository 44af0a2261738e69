import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

/** As the test stack has it. */
const sessionMs = 4_000
const policy = { requestTimeout: 20_000 }

describe('delivery while ZooKeeper is away', () => {
  let zookeeper: ZooKeeperServer
  let stack: TestStack
  let subscriber: Subscriber
  const dataDir = mkdtempSync(join(tmpdir(), 'iris-zookeeper-away-'))

  beforeAll(async () => {
    zookeeper = await startZooKeeper({ dataDir })
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: zookeeper.connection, consumers: 2 })
    subscriber = await startSubscriber()
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
    await zookeeper.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const bodies = (path: string): string[] => subscriber.received(path).map(each => each.body.toString())
  const runningAt = async (url: string): Promise<number> => {
    const rows = (await (await fetch(`${url}/status/subscriptions`)).json()) as {
      partitions: { state: string }[]
    }[]
    return rows.flatMap(row => row.partitions).filter(each => each.state === 'running').length
  }
  /** What each process names as the reason why it is not ready. */
  const whyNotReady = (): Promise<string[][]> =>
    Promise.all(
      stack.consumers.map(async each => {
        const answer = await fetch(`${each.url}/status/ready`)
        const { problems = [] } = (await answer.json()) as { problems?: string[] }
        expect(answer.status).toBe(problems.length === 0 ? 200 : 503)
        return problems
      }),
    )
  /** What holds back subscriptions of this topic at one process. */
  const heldBackAt = async (url: string, topic: string): Promise<(string | null)[]> => {
    const rows = (await (await fetch(`${url}/status/subscriptions`)).json()) as {
      qualifiedName: string
      delivery: { heldBack: string | null } | null
    }[]
    return rows
      .filter(each => each.qualifiedName.startsWith(topic))
      .flatMap(each => each.delivery?.heldBack ?? [])
  }

  it.each(['killed and started again', 'frozen'])(
    'goes on without order and stops with order while it is %s, and loses nothing',
    async how => {
      const topic = await stack.createTopic()
      const [free, ordered] = ['/free', '/ordered'].map(path => `${path}/${how.slice(0, 6)}`) as [
        string,
        string,
      ]
      await stack.createSubscription(topic, subscriber.url + free, { subscriptionPolicy: policy })
      await stack.createSubscription(topic, subscriber.url + ordered, {
        ordering: 'KEY',
        subscriptionPolicy: policy,
      })
      let published = 0
      const publish = async (): Promise<void> => {
        const headers = { 'Partition-Key': `key${published % 7}` }
        const answer = await stack.publish(topic, `{"n":${published++}}`, { headers })
        expect(answer.status).toBe(201)
      }
      for (let count = 0; count < 20; count++) await publish()
      await subscriber.waitFor(20, { path: free })
      await subscriber.waitFor(20, { path: ordered })

      if (how === 'frozen') zookeeper.pause()
      else await zookeeper.kill()
      const awayMs = performance.now()
      while (performance.now() < awayMs + 3 * sessionMs) {
        await publish()
        await pause(100)
      }
      await eventually(() => expect(new Set(bodies(free)).size).toBe(published))
      expect(await whyNotReady()).toEqual(stack.consumers.map(() => ['ZooKeeper does not answer']))
      expect((await Promise.all(stack.consumers.map(each => heldBackAt(each.url, topic)))).flat()).toEqual(
        stack.consumers.map(() => expect.stringContaining('ZooKeeper is silent')),
      )
      const late = subscriber.received(ordered).filter(each => each.atMs > awayMs + sessionMs)
      expect(late).toEqual([])
      expect(new Set(bodies(ordered)).size).toBeLessThan(published)

      // The whole backlog may arrive before `start` resolves: consumers notice a server as soon as anybody.
      const returnMs = performance.now()
      if (how === 'frozen') zookeeper.resume()
      else await zookeeper.start()
      await eventually(() =>
        expect(subscriber.received(ordered).some(each => each.atMs > returnMs)).toBe(true),
      )
      await eventually(() => expect(new Set(bodies(ordered)).size).toBe(published))
      await publish()
      await eventually(() => expect(new Set(bodies(free)).size).toBe(published))

      for (let key = 0; key < 7; key++) {
        const firsts = [...new Set(bodies(ordered))].map(body => JSON.parse(body).n as number)
        const ofKey = firsts.filter(n => n % 7 === key)
        expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b))
      }
      await eventually(async () => {
        const counts = await Promise.all(stack.consumers.map(each => runningAt(each.url)))
        expect(counts.every(count => count > 0)).toBe(true)
        expect(await whyNotReady()).toEqual(stack.consumers.map(() => []))
      })
    },
    180_000,
  )
})
