import { request as httpRequest } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Result {
  readonly index: number
  readonly status: number
  readonly messageId?: string
  readonly code?: string
}

interface ManyAnswer {
  readonly status: number
  readonly records: number
  readonly stored: number
  readonly failed: number
  readonly unread?: { readonly code: string }
  readonly results: readonly Result[]
}

const json = { 'Content-Type': 'application/json' }
const lines = { 'Content-Type': 'application/x-ndjson' }

describe('publishing many messages with one request', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    const settings = {
      'frontend-service': { 'frontend.handlers.bodyReadTimeout': '1500', 'frontend.bulk.recordsMax': '3000' },
    }
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
    subscriber = await startSubscriber()
  })
  afterEach(() => subscriber.forget())
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  const urlOf = (path: string): string => `${stack.frontends[0]?.url ?? ''}/topics/${path}`

  async function publish(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<ManyAnswer> {
    const answer = await fetch(urlOf(path), { method: 'POST', headers, body: Buffer.from(body) })
    return { status: answer.status, ...((await answer.json()) as object) } as ManyAnswer
  }

  async function stored(topic: string, count: number): Promise<string[]> {
    const records = await witness(inject('kafka'), `${stack.namespace}_${topic}`, count)
    return records.map(record => bodyOf(record).toString())
  }

  it('delivers each record as the bytes that were sent, under the id that the answer names', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/each`)
    const bodies = ['{"a" : 1.0, "a":2}', '9007199254740993', '"]},[{\\"é"', '[ {} ]', 'null']
    const array = await publish(`${topic}/batch`, json, `\ufeff[${bodies.join(' ,\n')}]`)
    const ndjson = await publish(`${topic}/batch`, lines, `\ufeff${bodies.join('\r\n\n')}`)

    expect([array.status, array.stored, ndjson.status, ndjson.stored]).toEqual([200, 5, 200, 5])
    const received = await subscriber.waitFor(10, { path: '/each' })
    const byId = new Map(received.map(each => [each.messageId, each.body.toString()]))
    for (const { results } of [array, ndjson])
      expect(results.map(({ messageId = '' }) => byId.get(messageId))).toEqual(bodies)
  })

  it('keeps thousands of records of a key in their order and answers in it', async () => {
    const topic = await stack.createTopic()
    const count = 3_000
    const body = Array.from({ length: count }, (_, index) => `{"n":${index}}\n`).join('')
    const answer = await publish(`${topic}/batch`, { ...lines, 'Partition-Key': 'one' }, body)

    expect(answer).toMatchObject({ status: 200, records: count, stored: count })
    expect(answer.results.every(({ index, status }, place) => index === place && status === 201)).toBe(true)
    expect(await stored(topic, count)).toEqual(body.trim().split('\n'))
  })

  it('spreads records over topics, and names those that were refused, which nobody receives', async () => {
    const [orders, bills] = [await stack.createTopic(), await stack.createTopic()]
    for (const topic of [orders, bills]) await stack.createSubscription(topic, `${subscriber.url}/${topic}`)
    const records = [
      `{"topic":"${orders}","key":"k","headers":{"traceparent":"00-a"},"message":{"n":1}}`,
      `{"topic":"${bills}","message":{"n":2}}`,
      `{"topic":"${orders}","message":{"n":3},"mesage":4}`,
      `{"topic":"acme.nowhere","message":{"n":4}}`,
      `{"topic":"${bills}","message":{n:5}}`,
      `{"topic":"${bills}","message":"${'x'.repeat(60_000)}"}`,
      `{"topic":"${orders}","message":{"n":7}}`,
    ]
    const answer = await publish('batch', lines, records.join('\n'))

    expect(answer).toMatchObject({ status: 207, records: 7, stored: 3, failed: 4 })
    expect(answer.results.map(({ status, code }) => code ?? status)).toEqual([
      ...[201, 201, 'VALIDATION_ERROR', 'TOPIC_NOT_EXISTS', 'VALIDATION_ERROR', 'VALIDATION_ERROR', 201],
    ])
    const received = await subscriber.waitFor(2, { path: `/${orders}` })
    await subscriber.waitFor(1, { path: `/${bills}` })
    const first = received.find(({ body }) => body.toString() === '{"n":1}')
    expect(first?.headers['traceparent']).toBe('00-a')
    const bodies = subscriber.received().map(({ body }) => body.toString())
    expect(bodies.sort()).toEqual(['{"n":1}', '{"n":2}', '{"n":7}'])
    const keys = await witness(inject('kafka'), `${stack.namespace}_${orders}`, 2)
    expect(keys.map(({ key }) => key?.toString())).toContain('k')
  })

  it('delivers what has come while the rest is still being sent, and answers for it when no more comes', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/early`)
    const request = httpRequest(urlOf(`${topic}/batch`), { method: 'POST', headers: lines })
    const answering = new Promise<ManyAnswer>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', response => {
        let text = ''
        response.on('data', (piece: Buffer) => (text += piece.toString()))
        response.on('end', () => resolve({ status: response.statusCode, ...JSON.parse(text) } as ManyAnswer))
      })
    })
    request.write('{"n":1}\n{"n":2}\n{"n":')

    await subscriber.waitFor(2, { path: '/early' })
    const answer = await answering
    request.destroy()

    expect(answer).toMatchObject({ status: 207, stored: 2, failed: 0, unread: { code: 'TIMEOUT' } })
    expect(await stored(topic, 2)).toHaveLength(2)
  })

  it('stores the records before a break in the array, none after it, and none of a request refused as a whole', async () => {
    const topic = await stack.createTopic()
    const broken = await publish(`${topic}/batch`, json, '[1,2,{"a":[3}, 4]')
    const tooMany = await publish(`${topic}/batch`, lines, '5\n'.repeat(3_001))
    const refused = [
      await publish(`${topic}/batch`, { 'Content-Type': 'text/plain' }, '6\n'),
      await publish(`${topic}/batch?records=some`, lines, '6\n'),
      await publish(`${topic}/batch`, json, '6'),
      await publish('acme.nowhere/batch', lines, '6\n'),
    ]

    expect(broken).toMatchObject({ status: 207, records: 2, stored: 2, unread: { code: 'VALIDATION_ERROR' } })
    expect(tooMany).toMatchObject({ status: 207, stored: 3_000, unread: { code: 'TOO_MANY_RECORDS' } })
    expect(refused.map(({ status }) => status)).toEqual([415, 400, 400, 404])
    const bodies = await stored(topic, 3_002)
    expect(bodies.filter(body => body !== '5').sort()).toEqual(['1', '2'])
  })

  it('forgets a half record when its client goes', async () => {
    const topic = await stack.createTopic()
    const request = httpRequest(urlOf(`${topic}/batch`), { method: 'POST', headers: json })
    request.on('error', () => undefined)
    await stack.createSubscription(topic, `${subscriber.url}/gone`)
    request.write('[{"n":1}, 23')
    await subscriber.waitFor(1, { path: '/gone' })
    request.destroy()
    await stack.publish(topic, '{"n":2}')

    await subscriber.waitFor(2, { path: '/gone' })
    expect((await stored(topic, 2)).sort()).toEqual(['{"n":1}', '{"n":2}'])
  })
})
