import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import {
  publishTo,
  startPublishWorld,
  type PublishAnswer,
  type PublishWorld,
} from '../support/publish-world.js'

let world: PublishWorld

beforeAll(async () => {
  world = await startPublishWorld({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    settings: { 'frontend.quotas.publisherHeader': 'X-Team', 'frontend.quotas.window': '60s' },
  })
})

afterAll(() => world.stop())

/** With a window of a minute, a quota of 0.1 a second is 6 at once, and then one each 10 s. */
const send = (
  topic: string,
  times: number,
  headers: Record<string, string> = {},
  url = world.frontend.url,
): Promise<PublishAnswer[]> =>
  Promise.all(Array.from({ length: times }, () => publishTo(url, topic, '{"a":1}', headers)))
const statuses = (answers: readonly PublishAnswer[]): Record<number, number> => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('a quota', () => {
  it('of messages refuses what is over it with 429 and says when to come back', async () => {
    const topic = await world.createTopic({ quotas: { messagesPerSecond: 0.1 } })

    const answers = await send(topic, 10)

    expect(statuses(answers)).toEqual({ 201: 6, 429: 4 })
    const refused = answers.find(({ status }) => status === 429) as PublishAnswer
    expect(JSON.parse(refused.text)).toEqual({
      message: `Topic ${topic} may have 0.1 messages a second [quota:topic-messages].`,
      code: 'THROUGHPUT_QUOTA_VIOLATION',
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.id).toMatch(/^[0-9a-f-]{36}$/)
    for (const { headers } of answers) {
      expect(headers.get('ratelimit-policy')).toBe('"topic-messages";q=6;w=60')
      expect(headers.get('ratelimit')).toMatch(/^"topic-messages";r=[0-6];t=\d+$/)
    }
  })

  it('of bytes counts what was announced before it is read, and what comes in chunks after', async () => {
    const quotas = { bytesPerSecond: 10 }
    const topic = await world.createTopic({ quotas })
    const chunked = await world.createTopic({ quotas })
    const body = JSON.stringify('x'.repeat(998))

    const announced = [await publishTo(world.frontend.url, topic, body), ...(await send(topic, 1))]
    const stream = (): Promise<Response> =>
      fetch(`${world.frontend.url}/topics/${chunked}`, {
        ...{ method: 'POST', body: new Blob([body]).stream(), duplex: 'half' },
      })
    const inChunks = [await stream(), await stream()]

    expect(announced.map(({ status }) => status)).toEqual([201, 429])
    expect(inChunks.map(({ status }) => status)).toEqual([201, 429])
  })

  it('of publishers tells them apart by the header, or by their address', async () => {
    const topic = await world.createTopic({ quotas: { publisherMessagesPerSecond: 0.05 } })

    expect(statuses(await send(topic, 5, { 'X-Team': 'red' }))).toEqual({ 201: 3, 429: 2 })
    expect(statuses(await send(topic, 5, { 'X-Team': 'blue' }))).toEqual({ 201: 3, 429: 2 })
    expect(statuses(await send(topic, 5))).toEqual({ 201: 3, 429: 2 })
  })

  it('holds for each record of a bulk request, and no record can pass for another publisher', async () => {
    const topic = await world.createTopic({ quotas: { publisherMessagesPerSecond: 0.05 } })
    const record = (team: string): string => JSON.stringify({ message: 1, headers: { 'X-Team': team } })

    const answer = await fetch(`${world.frontend.url}/topics/${topic}/batch?records=wrapped`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson', 'X-Team': 'red' },
      body: ['a', 'b', 'c', 'd', 'e'].map(record).join('\n'),
    })

    const { stored, results } = (await answer.json()) as { stored: number; results: { status: number }[] }
    expect([answer.status, stored]).toEqual([207, 3])
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429])
  })

  it('is none on a topic without, and its answers have no such header', async () => {
    const topic = await world.createTopic()

    const answers = await send(topic, 20)

    expect(statuses(answers)).toEqual({ 201: 20 })
    expect(answers[0]?.headers.has('ratelimit')).toBe(false)
  })

  it('is counted by topic and limit', async () => {
    const text = await (await fetch(`${world.frontend.url}/status/prometheus`)).text()

    expect(text).toMatch(/topic_quota_exceeded_total\{[^}]*limit="topic-messages"\} 4/)
    expect(text).toMatch(/limit="publisher-messages"[^}]*\} 6/)
  })
})

describe('with a second frontend', () => {
  it('each grants its half, so that both together grant the quota', async () => {
    const second = await world.addFrontend()
    const topic = await world.createTopic({ quotas: { messagesPerSecond: 0.2 } })
    const text = async (url: string): Promise<string> => (await fetch(`${url}/status/prometheus`)).text()
    for (const url of [world.frontend.url, second.url])
      await eventually(async () => expect(await text(url)).toMatch(/hermes_frontend_fellows\S* 2/))

    const [one, other] = await Promise.all([send(topic, 10), send(topic, 10, {}, second.url)])

    expect([statuses(one), statuses(other)]).toEqual([
      { 201: 6, 429: 4 },
      { 201: 6, 429: 4 },
    ])
  })
})

describe('Hermes’ fixed limit', () => {
  it('refuses by the average bytes a second, with its words', async () => {
    const limits = { 'frontend.throughput.type': 'Fixed', 'frontend.throughput.fixedMax': '0' }
    const frontend = await world.addFrontend(limits)
    const topic = await world.createTopic()
    expect((await publishTo(frontend.url, topic, '{"a":1}')).status).toBe(201)

    const refused = await eventually(async () => {
      const answer = await publishTo(frontend.url, topic, '{"a":1}')
      expect(answer.status).toBe(429)
      return answer
    })

    expect(refused.code).toBe('THROUGHPUT_QUOTA_VIOLATION')
    expect(refused.text).toMatch(/Current throughput exceeded limit \[current:\d+, limit:0\]\./)
  })
})
