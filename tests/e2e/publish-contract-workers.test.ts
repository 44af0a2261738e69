import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { eventually } from '../support/eventually.js'
import { createPublisher } from '../support/keep-alive-publisher.js'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { publishTo, startPublishWorld, type PublishWorld } from '../support/publish-world.js'
import { createTlsPublisher, type TlsPublisher } from '../support/tls-publisher.js'

let world: PublishWorld
let secured: TlsPublisher

beforeAll(async () => {
  secured = createTlsPublisher(await freePort())
  const settings = {
    'frontend.server.workers': '2',
    'frontend.server.gracefulShutdownInitialWait': '600ms',
    ...secured.settings,
  }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
})

afterAll(async () => {
  await world.stop()
  secured.remove()
})

const workerPids = (): number[] => {
  const { pid } = world.frontend
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}
const page = async (path: string): Promise<string> => {
  const answer = await fetch(`${world.frontend.url}/status/${path}`, {
    headers: { Connection: 'close' },
    signal: AbortSignal.timeout(30_000),
  })
  return `${answer.status} ${await answer.text()}`
}
const metric = async (pattern: RegExp): Promise<number> =>
  Number(pattern.exec(await page('prometheus'))?.[1] ?? Number.NaN)
/** Publishes over a connection of its own each time, so that every worker gets some. */
const publishEach = async (topic: string, times: number): Promise<string[]> => {
  const ids = new Array<string>()
  for (let count = 0; count < times; count++) {
    const answer = await publishTo(world.frontend.url, topic, '{}', { Connection: 'close' })
    expect(answer.status).toBe(201)
    ids.push(answer.id as string)
  }
  return ids
}

describe('a frontend with two workers', () => {
  it('is one frontend to the outside: whoever is asked tells the sum of both', async () => {
    const topic = await world.createTopic()
    const name = topic.split('.')[1]

    const ids = await publishEach(topic, 20)

    const requests = new RegExp(`topic_requests_total\\{group="acme",topic="${name}"\\} (\\d+)`)
    for (let time = 0; time < 4; time++) expect(await metric(requests)).toBe(20)
    expect(await metric(/hermes_frontend_workers (\d+)/)).toBe(2)
    expect(await metric(/hermes_frontend_fellows (\d+)/)).toBe(2)
    expect(await metric(/hermes_frontend_kafka_producer_ack_all_buffer_total_bytes\{[^}]*\} (\d+)/)).toBe(
      64 * 1024 * 1024,
    )
    expect(await page('ready')).toBe('200 READY')
    const records = await witness(inject('kafka'), world.kafkaTopic(topic), 20)
    expect(records.map(record => record.headers['id']).sort()).toEqual(ids.sort())
    expect(workerPids()).toHaveLength(2)
  })

  it('has a second port, for publishers that speak TLS and have a certificate', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    const bodies = ['{"n":1}', '{"n":2}', '{"n":3}']

    for (const body of bodies)
      expect(await secured.publish(topic, body, secured.issue('DNS:shop.acme.test'))).toBe(201)
    await expect(secured.publish(topic, '{}', null)).rejects.toThrow(/certificate|ECONNRESET|closed|hang up/)

    const stored = await witness(inject('kafka'), world.kafkaTopic(topic), bodies.length)
    expect(stored.map(record => bodyOf(record).toString())).toEqual(bodies)
  })

  it('that loses one goes on with the other, is not ready meanwhile, and starts it again', async () => {
    const topic = await world.createTopic()
    await publishEach(topic, 2)
    const [victim = 0] = workerPids()

    process.kill(victim, 'SIGKILL')
    await eventually(async () => expect(await page('ready')).toBe('503 NOT_READY'))
    await publishEach(topic, 4)
    await eventually(async () => expect(await page('ready')).toBe('200 READY'))

    expect(await metric(/hermes_frontend_worker_restarts_total (\d+)/)).toBe(1)
    expect(workerPids()).not.toContain(victim)
    expect(workerPids()).toHaveLength(2)
    await publishEach(topic, 4)
  })

  it('closes the connections that a killed worker was being handed', async () => {
    const [victim = 0] = workerPids()
    process.kill(victim, 'SIGSTOP')
    // Each worker is handed one at a time: the victim's is answered by nobody while it stands still.
    const asked = Array.from({ length: 4 }, () =>
      page('ping').catch((error: unknown) => (error as Error).name),
    )
    const isHung = Symbol('hung')
    const stuck = await eventually(async () => {
      const states = await Promise.all(asked.map(each => Promise.race([each, Promise.resolve(isHung)])))
      const hung = asked.filter((_, index) => states[index] === isHung)
      expect(hung).toHaveLength(1)
      return hung
    })
    process.kill(victim, 'SIGKILL')

    // Not the `TimeoutError` of who gave up.
    expect(await Promise.all(stuck)).toEqual(['TypeError'])
    await eventually(async () => expect(await page('ready')).toBe('200 READY'))
  })

  it('stops as one: every request of clients that keep their connection is answered before the port closes', async () => {
    const topic = await world.createTopic()
    const outcomes = new Set<string>()
    let storedCount = 0
    const clients = Array.from({ length: 8 }, async () => {
      const client = createPublisher([`${world.frontend.url}/topics/${topic}`], 0)
      for (let outcome = '201'; outcome === '201'; ) {
        outcome = await client.publish()
        if (outcome === '201') storedCount++
        else outcomes.add(outcome)
      }
      client.close()
    })
    await eventually(() => expect(storedCount).toBeGreaterThan(50))

    const exit = await world.frontend.stop()
    await Promise.all(clients)

    expect(exit).toEqual({ code: 0, signal: null })
    expect([...outcomes]).toEqual(['ECONNREFUSED'])
    expect(await witness(inject('kafka'), world.kafkaTopic(topic), storedCount)).toHaveLength(storedCount)
  })
})
