import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { ServiceProcess } from '@iris/local-stack/service'
import { freePort } from '@iris/local-stack/ports'
import { eventually, pause } from '../support/eventually.js'
import { witness } from '../support/kafka-witness.js'
import { createPublisher } from '../support/keep-alive-publisher.js'
import { openRaw, rawPublish } from '../support/raw-connection.js'
import { publishTo, startPublishWorld, type PublishWorld } from '../support/publish-world.js'

let world: PublishWorld

beforeAll(async () => {
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})

afterAll(() => world.stop())

const statusOf = async (url: string): Promise<[number, string]> => {
  const answer = await fetch(url)
  return [answer.status, await answer.text()]
}

describe('SIGTERM', () => {
  it('turns health red while publishing goes on, then ends cleanly', async () => {
    const topic = await world.createTopic()
    const frontend = await world.addFrontend({ 'frontend.server.gracefulShutdownInitialWait': '3s' })
    expect((await publishTo(frontend.url, topic, '{}')).status).toBe(201)
    const startedMs = performance.now()

    const stopped = frontend.stop()
    await eventually(async () =>
      expect(await statusOf(`${frontend.url}/status/ping`)).toEqual([503, 'SHUTDOWN']),
    )
    const ready = await statusOf(`${frontend.url}/status/ready`)
    const during = await publishTo(frontend.url, topic, '{}')
    const exit = await stopped

    expect(ready).toEqual([503, 'NOT_READY'])
    expect(during.status).toBe(201)
    // Who is connected stays so: a client that had to connect anew would find the port closed at any moment.
    expect(during.headers.get('connection')).toBe('keep-alive')
    expect(exit).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })

  it('finishes what is under way and turns away what comes after the wait', async () => {
    const topic = await world.createTopic()
    const frontend = await world.addFrontend({ 'frontend.server.gracefulShutdownInitialWait': '0ms' })
    const late = openRaw(frontend.url, rawPublish(topic, ['Content-Length: 2'], '{}'))
    const open = async (): Promise<string | undefined> => {
      const metrics = await fetch(`${frontend.url}/status/prometheus`)
      return /^hermes_frontend_inflight_requests (\d+)$/m.exec(await metrics.text())?.[1]
    }
    await late.untilAnswers(1)
    await eventually(async () => expect(await open()).toBe('0'))
    const slow = openRaw(frontend.url, rawPublish(topic, ['Content-Length: 9'], '{"a":'))
    await eventually(async () => expect(await open()).toBe('1'))

    const stopped = frontend.stop()
    // An answer without words: the wait is over.
    await eventually(async () => expect(await statusOf(`${frontend.url}/status/ping`)).toEqual([503, '']))
    late.write(rawPublish(topic, ['Content-Length: 2'], '{}'))
    const [, refused] = await late.untilAnswers(2)
    slow.write('123}')
    const [finished] = await slow.untilAnswers(1)
    const exit = await stopped

    expect(refused).toMatchObject({ status: 503, body: '' })
    expect(finished?.status).toBe(201)
    expect(exit?.code).toBe(0)
  })

  it('under load loses nothing that was answered 201', async () => {
    const topic = await world.createTopic({ partitions: 4 })
    const frontend = await world.addFrontend({ 'frontend.server.gracefulShutdownInitialWait': '300ms' })
    const stored: string[] = []
    let isOver = false
    const publishing = Array.from({ length: 16 }, async () => {
      while (!isOver) {
        try {
          const answer = await publishTo(frontend.url, topic, '{"load":true}')
          if (answer.status === 201) stored.push(answer.id as string)
        } catch {
          await pause(20)
        }
      }
    })
    await eventually(() => expect(stored.length).toBeGreaterThan(100))

    const exit = await frontend.stop()
    isOver = true
    await Promise.all(publishing)

    expect(exit?.code).toBe(0)
    const records = await witness(inject('kafka'), world.kafkaTopic(topic), stored.length)
    const ids = records.map(record => record.headers['id'])
    expect(new Set(ids).size).toBe(ids.length)
    const missing = stored.filter(id => !ids.includes(id))
    expect(missing).toEqual([])
  })
})

describe('a rolling restart', () => {
  it('answers every request of clients that keep their connection and turn away from a closed port', async () => {
    const topic = await world.createTopic({ partitions: 4 })
    const settings = { 'frontend.server.gracefulShutdownInitialWait': '600ms' }
    const ports = [String(await freePort()), String(await freePort())]
    const start = (port = ''): Promise<ServiceProcess> =>
      world.addFrontend({ ...settings, 'frontend.server.port': port })
    const running = await Promise.all(ports.map(start))
    const outcomes = new Map<string, number>()
    let isOver = false
    const clients = Array.from({ length: 8 }, async (_, index) => {
      const client = createPublisher(
        ports.map(port => `http://127.0.0.1:${port}/topics/${topic}`),
        index,
      )
      while (!isOver) {
        const outcome = await client.publish()
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      client.close()
    })
    await eventually(() => expect(outcomes.get('201') ?? 0).toBeGreaterThan(100))

    for (const [index, frontend] of running.entries()) {
      expect((await frontend.stop())?.code).toBe(0)
      await start(ports[index])
    }
    isOver = true
    await Promise.all(clients)

    expect([...outcomes.keys()]).toEqual(['201'])
  })
})

describe('kill -9 in the middle of load', () => {
  it('loses nothing that was answered 201', async () => {
    const topic = await world.createTopic({ partitions: 4 })
    const frontend = await world.addFrontend()
    const stored: string[] = []
    let isOver = false
    const publishing = Array.from({ length: 16 }, async () => {
      while (!isOver) {
        try {
          const answer = await publishTo(frontend.url, topic, '{"load":true}')
          if (answer.status === 201) stored.push(answer.id as string)
        } catch {
          await pause(20)
        }
      }
    })
    await eventually(() => expect(stored.length).toBeGreaterThan(200))

    await frontend.kill()
    isOver = true
    await Promise.all(publishing)

    const records = await witness(inject('kafka'), world.kafkaTopic(topic), stored.length)
    const ids = new Set(records.map(record => record.headers['id']))
    expect(stored.filter(id => !ids.has(id))).toEqual([])
  })
})
