import { CloudEvent, HTTP } from 'cloudevents'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { deadLettersOf } from '../support/dead-letters.js'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

const data = { order: 17, text: 'é' }
const event = new CloudEvent({ id: 'e-1', source: '/shop', type: 'paid', subject: 'no-17', myext: 'x', data })

describe('CloudEvents', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
    subscriber = await startSubscriber()
  })
  afterEach(() => {
    subscriber.forget()
    subscriber.answerWith(() => ({}))
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  async function publish(
    topic: string,
    body: unknown,
    headers: object = {},
  ): Promise<{ status: number; id: string | null; json: unknown }> {
    const url = `${stack.frontends[0]?.url ?? ''}/topics/${topic}`
    const init = { method: 'POST', headers: headers as Record<string, string>, body: String(body) }
    const answer = await fetch(url, init)
    const text = await answer.text()
    const id = answer.headers.get('hermes-message-id')
    return { status: answer.status, id, json: text === '' ? null : (JSON.parse(text) as unknown) }
  }

  /** A topic with a subscription of each kind, at paths of their names. */
  async function topicForAll(): Promise<string> {
    const topic = await stack.createTopic()
    const url = `${subscriber.url}/${topic}`
    await stack.createSubscription(topic, `${url}/plain`)
    await stack.createSubscription(topic, `${url}/binary`, { cloudEvents: 'binary' })
    await stack.createSubscription(topic, `${url}/structured`, { cloudEvents: 'structured' })
    return topic
  }

  const arrived = async (path: string, count = 1): Promise<readonly Received[]> =>
    subscriber.waitFor(count, { path: `/${path}` })

  /** As the official SDK reads it. */
  function read({ headers, body }: Received): CloudEvent<unknown> {
    return HTTP.toEvent({ headers, body: body.toString() }) as CloudEvent<unknown>
  }

  it.each(['binary', 'structured'] as const)(
    'sent by the SDK in %s mode arrive as the SDK reads them, in the mode that each subscriber asks for',
    async mode => {
      const topic = await topicForAll()
      const { headers, body } = HTTP[mode](event)
      const published = await publish(topic, body, headers)
      expect(published.status).toBe(201)

      for (const kind of ['binary', 'structured']) {
        const [received] = await arrived(`${topic}/${kind}`)
        expect(read(received!)).toMatchObject({
          ...{ id: 'e-1', source: '/shop', type: 'paid', subject: 'no-17', time: event.time, data },
          myext: 'x',
        })
        expect(received?.messageId).toBe(published.id)
      }
      const [plain] = await arrived(`${topic}/plain`)
      expect([plain?.body.toString(), plain?.headers['content-type']]).toEqual([
        JSON.stringify(data),
        'application/json',
      ])
    },
  )

  it('lie on the log as the Kafka binding names them, with the message in its envelope', async () => {
    const topic = await stack.createTopic()
    const { headers, body } = HTTP.structured(event)
    const { id } = await publish(topic, body, headers)
    const [record] = await witness(inject('kafka'), `${stack.namespace}_${topic}`, 1)

    expect(record?.headers).toMatchObject({
      ...{
        ce_specversion: '1.0',
        ce_id: 'e-1',
        ce_source: '/shop',
        ce_type: 'paid',
        ce_subject: 'no-17',
        ce_myext: 'x',
      },
      ...{ ce_time: event.time, 'content-type': 'application/json' },
      id,
    })
    expect(bodyOf(record!).toString()).toBe(JSON.stringify(data))
  })

  it('are made of messages that were none, for who asks for them', async () => {
    const topic = await topicForAll()
    const published = await publish(topic, '{"n" : 1.0}')

    for (const kind of ['binary', 'structured']) {
      const [received] = await arrived(`${topic}/${kind}`)
      expect(read(received!)).toMatchObject({
        ...{
          id: published.id,
          source: `/topics/${topic}`,
          type: topic,
          data: { n: 1 },
        },
      })
      expect(received?.body.toString()).toContain('{"n" : 1.0}')
    }
  })

  it('come in batches, each answered and delivered alone', async () => {
    const topic = await topicForAll()
    const many = [1, 2, 3].map(n => ({
      ...event.toJSON(),
      id: String(n),
      type: n === 2 ? '' : 'paid',
      data: { n },
    }))
    const batch = { 'Content-Type': 'application/cloudevents-batch+json' }
    const answer = await publish(topic, JSON.stringify(many), batch)
    const { results } = answer.json as { results: { status: number; message?: string }[] }

    expect([answer.status, results.map(({ status }) => status)]).toEqual([207, [201, 400, 201]])
    expect(results[1]?.message).toMatch(/^Invalid CloudEvent: attribute type is missing/)
    const received = await arrived(`${topic}/structured`, 2)
    expect(received.map(each => read(each).id).sort()).toEqual(['1', '3'])
  })

  it('that are wrong are refused and reach nobody', async () => {
    const topic = await topicForAll()
    const sourceless = { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-type': 't' }
    const answer = await publish(topic, '{"a":1}', { ...sourceless, Accept: 'application/problem+json' })
    await publish(topic, '{"a":2}')

    expect(answer).toMatchObject({ status: 400, json: { field: 'ce-source', code: 'VALIDATION_ERROR' } })
    const [plain] = await arrived(`${topic}/plain`)
    expect(plain?.body.toString()).toBe('{"a":2}')
    expect(subscriber.received(`/${topic}/plain`)).toHaveLength(1)
  })

  it('stay what they are over a dead letter and its redrive', async () => {
    const topic = await stack.createTopic()
    const path = `${topic}/refusing`
    const name = await stack.createSubscription(topic, `${subscriber.url}/${path}`, { cloudEvents: 'binary' })
    subscriber.answerWith(() => ({ status: 400 }))
    const { headers, body } = HTTP.binary(event)
    await publish(topic, body, headers)
    await arrived(path)
    const letters = deadLettersOf(stack, topic, name)
    await letters.waitFor(1)
    subscriber.answerWith(() => ({}))
    expect(await letters.call('POST', 'redrive', { all: true })).toMatchObject({ status: 202 })

    const [, again] = await arrived(path, 2)
    expect(read(again!)).toMatchObject({ id: 'e-1', source: '/shop', subject: 'no-17', data })
  })
})
