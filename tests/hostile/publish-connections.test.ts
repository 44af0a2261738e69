/** E6, E7: connections that are slow, silent, half closed or gone. */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { openRaw, rawPublish, type RawConnection } from '../support/raw-connection.js'
import { publishTo, startPublishWorld, type PublishWorld } from '../support/publish-world.js'

const headMs = 1_500
const bodyMs = 1_500
let world: PublishWorld
let topic: string

beforeAll(async () => {
  const settings = {
    'frontend.server.requestParseTimeout': `${headMs}ms`,
    'frontend.handlers.bodyReadTimeout': `${bodyMs}ms`,
  }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
  topic = await world.createTopic()
})

afterAll(() => world.stop())

const openFiles = ({ pid } = world.frontend): number => readdirSync(`/proc/${pid}/fd`).length
const many = (count: number, bytes: string, { url } = world.frontend): RawConnection[] =>
  Array.from({ length: count }, () => openRaw(url, bytes))

describe('slow and silent connections', () => {
  it('are closed at their time while others publish', async () => {
    await world.publish(topic, '{}')
    const startedMs = performance.now()
    const idle = many(400, '')
    const slowHeads = many(200, 'POST /topics/x HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const slowBodies = many(200, rawPublish(topic, ['Content-Length: 100'], '{"a'))
    const drip = setInterval(() => slowHeads.forEach(each => each.write('x')), 200)

    const healthy: number[] = []
    while (performance.now() - startedMs < 1_000) healthy.push((await world.publish(topic, '{}')).status)
    // Time enough for a machine that is busy with other tests; how sharp the time is, `publish-raw` says.
    await Promise.all([...idle, ...slowHeads, ...slowBodies].map(each => each.untilClosed()))
    clearInterval(drip)

    expect(new Set(healthy)).toEqual(new Set([201]))
    for (const each of [...slowHeads, ...slowBodies]) expect(each.answers()[0]?.status).toBe(408)
  })

  it('may be 5,000 that say nothing: others publish meanwhile, and each gives back what it held', async () => {
    const patient = await world.addFrontend({ 'frontend.server.requestParseTimeout': '60s' })
    const before = openFiles(patient)
    const idle: RawConnection[] = []
    // In waves: the system keeps a short queue of those that nobody has accepted yet.
    for (let wave = 0; wave < 20; wave++) {
      const some = many(250, '', patient)
      await Promise.all(
        some.map(({ socket }) => once(socket, 'connect', { signal: AbortSignal.timeout(30_000) })),
      )
      idle.push(...some)
    }
    await eventually(() => expect(openFiles(patient)).toBeGreaterThanOrEqual(before + idle.length))

    const healthy: number[] = []
    for (let n = 0; n < 50; n++) healthy.push((await publishTo(patient.url, topic, '{}')).status)
    expect(idle.filter(each => each.isClosed())).toEqual([])
    idle.forEach(each => each.close())

    expect(idle).toHaveLength(5_000)
    expect(new Set(healthy)).toEqual(new Set([201]))
    await eventually(() => expect(openFiles(patient)).toBeLessThanOrEqual(before + 20))
  })

  it('over the bound are closed at once, those before go on', async () => {
    const settings = { 'frontend.server.maxConnections': '50', 'frontend.server.requestParseTimeout': '30s' }
    const { url } = await world.addFrontend(settings)
    const first = openRaw(url, rawPublish(topic, ['Content-Length: 2'], '{}'))
    await first.untilAnswers(1)
    const others = Array.from({ length: 100 }, () => openRaw(url))
    await eventually(() => {
      expect(others.filter(each => each.isClosed()).length).toBeGreaterThanOrEqual(50)
    })

    first.write(rawPublish(topic, ['Content-Length: 2'], '{}'))

    expect((await first.untilAnswers(2))[1]?.status).toBe(201)
    for (const each of [first, ...others]) each.close()
  })
})

describe('publishers that go away', () => {
  it('before or after their body is complete leave nothing behind', async () => {
    const lines = ['Content-Type: application/x-ndjson']
    await pause(200)
    const before = openFiles()

    for (let round = 0; round < 5; round++) {
      const gone = [
        ...many(20, rawPublish(topic, ['Content-Length: 100'], '{"a')),
        ...many(20, rawPublish(topic, ['Content-Length: 7'], '{"a":1}')),
        ...many(20, rawPublish(topic, ['Transfer-Encoding: chunked'], '3\r\n{"a')),
        ...many(20, rawPublish('acme.unknown', ['Content-Length: 1000000'], 'x')),
        ...many(20, rawPublish(`${topic}/batch`, [...lines, 'Content-Length: 1000'], '{"a":1}\n{"a"')),
        ...many(20, rawPublish(`${topic}/batch`, [...lines, 'Content-Length: 8'], '{"a":1}\n')),
      ]
      await pause(30)
      for (const each of gone) each.socket.resetAndDestroy()
    }

    await eventually(async () => {
      const text = await (await fetch(`${world.frontend.url}/status/prometheus`)).text()
      expect(text).toMatch(/^hermes_frontend_inflight_requests 0$/m)
      expect(openFiles()).toBeLessThanOrEqual(before + 5)
    })
    expect((await world.publish(topic, '{}')).status).toBe(201)
    // Two hundred broken requests for many messages would have used up the memory for them.
    const batch = await world.publish(`${topic}/batch`, '{"a":1}\n{"a":2}\n', {
      'Content-Type': 'application/x-ndjson',
    })
    expect(JSON.parse(batch.text)).toMatchObject({ records: 2, stored: 2 })
    expect(world.frontend.exit).toBeNull()
  })

  it('that pipeline without reading are held back, and others are served', async () => {
    const greedy = openRaw(world.frontend.url)
    greedy.socket.pause()
    const burst = rawPublish(topic, ['Content-Length: 2'], '{]').repeat(1_000)
    greedy.write(burst)

    await pause(200)
    expect((await world.publish(topic, '{}')).status).toBe(201)
    greedy.socket.resume()
    const answers = await greedy.untilAnswers(1_000, 30_000)
    greedy.close()

    expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([400]))
  })
})
