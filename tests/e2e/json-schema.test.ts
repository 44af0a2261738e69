import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber

beforeAll(async () => {
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
  subscriber = await startSubscriber()
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const first = {
  type: 'object',
  properties: { id: { type: 'integer' }, name: { type: 'string' } },
  required: ['id'],
}
const second = { ...first, properties: { ...first.properties, id: { type: ['integer', 'string'] } } }

interface Said {
  readonly status: number
  readonly body: unknown
}

async function call(method: string, topic: string, rest = '', json?: unknown): Promise<Said> {
  const { status, text } = await stack.api.manage(method, `/topics/${topic}/json-schema${rest}`, json)
  return { status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

async function publish(topic: string, message: unknown, headers = {}): Promise<Said> {
  const { status, text } = await stack.publish(topic, JSON.stringify(message), { headers })
  return { status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

/** A topic with the first version, in this mode; where it enforces, the frontend does so already. */
async function topicWith(mode: string): Promise<string> {
  const topic = await stack.createTopic()
  expect(await call('PUT', topic, '/versions/1', first)).toMatchObject({
    status: 201,
    body: { version: 1, breaks: [] },
  })
  expect((await call('PUT', topic, '', { mode })).status).toBe(200)
  if (mode === 'enforce') {
    await eventually(async () => expect((await publish(topic, {})).status).toBe(400))
  }
  return topic
}

const refusedFor = (problem: string): object => ({
  status: 400,
  body: { code: 'VALIDATION_ERROR', message: `Invalid message: ${problem}` },
})

async function violations(topic: string): Promise<number> {
  const text = await (await fetch(`${stack.frontends[0]!.url}/status/prometheus`)).text()
  const [, name] = topic.split('.')
  const line = text
    .split('\n')
    .find(
      each =>
        each.startsWith('hermes_frontend_topic_json_schema_violations_total{') && each.includes(`"${name}"`),
    )
  return Number(line?.split(' ').at(-1) ?? 0)
}

describe('a topic with a JSON Schema', () => {
  it('refuses what does not fit once it enforces, and delivers what does as it came', async () => {
    const topic = await topicWith('enforce')

    await stack.createSubscription(topic, `${subscriber.url}/enforced`)

    expect(await publish(topic, { id: 'x', name: 1 })).toMatchObject(
      refusedFor('/id must be integer; /name must be string'),
    )
    expect(await publish(topic, {})).toMatchObject(refusedFor("/ must have required property 'id'"))
    const answer = await stack.publish(topic, '{ "id": 1 }')

    expect(answer.status).toBe(201)
    const received = await subscriber.waitFor(1, { path: '/enforced' })
    expect(received.map(each => each.body.toString())).toEqual(['{ "id": 1 }'])
  })

  it('takes all and counts what does not fit while it only warns, and nothing once it is off', async () => {
    const topic = await topicWith('warn')

    await eventually(async () => {
      expect((await publish(topic, { id: 'x' })).status).toBe(201)
      expect(await violations(topic)).toBeGreaterThan(0)
    })
    await call('PUT', topic, '', { mode: 'enforce' })
    await eventually(async () => expect((await publish(topic, { id: 'x' })).status).toBe(400))
    await call('PUT', topic, '', { mode: 'off' })
    await eventually(async () => expect((await publish(topic, { id: 'x' })).status).toBe(201))
  })

  it('evolves by versions that break nobody; a message may name one', async () => {
    const topic = await topicWith('enforce')
    const stricter = { ...first, required: ['id', 'name'] }

    expect(await call('PUT', topic, '/versions/2?dryRun=true', stricter)).toEqual({
      status: 200,
      body: {
        version: 2,
        breaks: [
          { pointer: '/required', breaks: 'publishers', problem: 'required now: "name"', isCertain: true },
        ],
      },
    })
    expect(await call('PUT', topic, '/versions/2', stricter)).toMatchObject({
      status: 400,
      body: { message: 'Version 2 is not BACKWARD. /required (publishers): required now: "name"' },
    })
    expect((await call('PUT', topic, '/versions/2', second)).status).toBe(201)
    expect((await call('PUT', topic, '/versions/2', second)).status).toBe(200)
    expect((await call('PUT', topic, '/versions/2', first)).status).toBe(409)
    expect((await call('PUT', topic, '/versions/9', first)).status).toBe(400)

    await eventually(async () => expect((await publish(topic, { id: 'x' })).status).toBe(201))
    expect(await publish(topic, { id: 'x' }, { 'Schema-Version': '1' })).toMatchObject(
      refusedFor('/id must be integer'),
    )
    expect(await publish(topic, { id: 1 }, { 'Schema-Version': '7' })).toEqual({
      status: 400,
      body: { code: 'SCHEMA_VERSION_DOES_NOT_EXIST', message: "Given schema version '7' does not exist" },
    })
    expect(await call('GET', topic)).toMatchObject({
      status: 200,
      body: {
        mode: 'enforce',
        compatibility: 'BACKWARD',
        latest: 2,
        versions: [{ version: 1 }, { version: 2 }],
      },
    })
    expect((await call('DELETE', topic, '/versions/2')).status).toBe(200)
    await eventually(async () => expect((await publish(topic, { id: 'x' })).status).toBe(400))
    expect(await call('PUT', topic, '/versions/2', second)).toMatchObject({
      status: 400,
      body: { message: 'The next version is 3' },
    })
  })

  it('tries a message, shows its schemas, and refuses what cannot be one', async () => {
    const topic = await topicWith('off')

    expect(await call('POST', topic, '/versions/1/check', { id: 'x' })).toEqual({
      status: 200,
      body: { valid: false, errors: [{ pointer: '/id', problem: 'must be integer' }] },
    })
    expect((await call('POST', topic, '/versions/1/check', { id: 1 })).body).toEqual({
      valid: true,
      errors: [],
    })
    expect((await call('GET', topic, '/versions/1')).body).toEqual(first)
    expect((await call('GET', topic, '/versions/5')).status).toBe(400)
    for (const [schema, problem] of [
      [{ items: { $ref: 'http://elsewhere/' } }, /^\/items\/\$ref must lead to a place in this schema/],
      [{ pattern: '(?=a)b' }, /refused by RE2/],
      [{ type: 'text' }, /not valid/],
    ] as const) {
      const { status, body } = await call('PUT', topic, '/versions/2', schema)
      expect([status, (body as { message: string }).message]).toEqual([400, expect.stringMatching(problem)])
    }
    const empty = await stack.createTopic()
    expect((await call('PUT', empty, '', { mode: 'enforce' })).status).toBe(400)
    expect((await call('PUT', empty, '', { mode: 'loud' })).status).toBe(400)
    await call('PUT', topic, '', { mode: 'warn' })
    expect((await call('DELETE', topic, '/versions/1')).status).toBe(400)
  })

  it('leaves nothing to a topic made anew under its name', async () => {
    const topic = await topicWith('enforce')

    expect((await stack.api.deleteTopic(topic)).status).toBe(200)
    await stack.createTopic({ name: topic })

    await eventually(async () => expect((await publish(topic, {})).status).toBe(201))
    expect((await call('GET', topic)).body).toMatchObject({ mode: 'off', latest: null, versions: [] })
  })
})
