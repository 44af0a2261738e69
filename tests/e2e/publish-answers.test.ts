import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { eventually } from '../support/eventually.js'
import { publishTo, startPublishWorld, type PublishWorld } from '../support/publish-world.js'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
let world: PublishWorld

beforeAll(async () => {
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})

afterAll(() => world.stop())

describe('a published message', () => {
  it.each(['LEADER', 'ALL', 'NONE'])(
    'on a topic with ack %s is 201 with a new id and an empty body',
    async ack => {
      const topic = await world.createTopic({ ack })

      const answer = await world.publish(topic, '{"a":1}', { 'Hermes-Message-Id': 'mine' })

      expect(answer).toMatchObject({ status: 201, text: '' })
      expect(answer.id).toMatch(uuid)
      expect(answer.headers.get('content-length')).toBe('0')
      expect(answer.headers.get('content-type')).toBeNull()
    },
  )

  it('is in Kafka with its envelope, key, headers and time', async () => {
    const topic = await world.createTopic()
    const beforeMs = Date.now()
    const headers = {
      'Partition-Key': 'k1',
      traceparent: '00-a-b-01',
      'Trace-Id': 't',
      Authorization: 'secret',
    }

    const { id } = await world.publish(topic, '{"a":1}', headers)

    const [record] = await witness(inject('kafka'), world.kafkaTopic(topic), 1)
    expect(record?.value.toString()).toBe(
      `{"_w":true,"metadata":{"timestamp":${record?.timestampMs},"id":"${id}","externalMetadata":` +
        `{"traceparent":"00-a-b-01","Trace-Id":"t"}},"message":{"a":1}}`,
    )
    expect(record?.key?.toString()).toBe('k1')
    expect(record?.headers).toEqual({ id, 'h-traceparent': '00-a-b-01', 'h-Trace-Id': 't' })
    expect(record?.timestampMs).toBeGreaterThanOrEqual(beforeMs)
    expect(record?.timestampMs).toBeLessThanOrEqual(Date.now())
  })

  it('keeps the order of its key', async () => {
    const topic = await world.createTopic({ partitions: 4 })
    for (let index = 0; index < 40; index++) {
      const answer = await world.publish(topic, String(index), { 'Partition-Key': `k${index % 4}` })
      expect(answer.status).toBe(201)
    }

    const records = await witness(inject('kafka'), world.kafkaTopic(topic), 40)

    for (const key of ['k0', 'k1', 'k2', 'k3']) {
      const ofKey = records.filter(record => record.key?.toString() === key)
      const bodies = ofKey.map(record => Number(bodyOf(record).toString()))
      expect(bodies).toEqual([...bodies].sort((one, other) => one - other))
      expect(bodies).toHaveLength(10)
      expect(new Set(ofKey.map(record => record.partition)).size).toBe(1)
    }
  })

  it('may name its topic with a slash behind, a query, percent-encoding, and carry any type', async () => {
    const topic = await world.createTopic()
    const encoded = topic.replace('.', '%2e')

    for (const name of [`${topic}/`, `${topic}?a=b`, encoded]) {
      expect((await world.publish(name, '{}', { 'Content-Type': 'text/plain' })).status).toBe(201)
    }
  })
})

describe('a refused message', () => {
  it.each<
    [
      what: string,
      body: string,
      headers: Record<string, string>,
      status: number,
      code: string,
      message: string,
    ]
  >([
    ['no JSON', 'not json', {}, 400, 'VALIDATION_ERROR', 'Invalid message: not JSON: unexpected o at byte 1'],
    ['an empty body', '', {}, 400, 'VALIDATION_ERROR', 'Invalid message: the body is empty'],
    [
      'a large body',
      `"${'x'.repeat(1_023)}"`,
      {},
      400,
      'VALIDATION_ERROR',
      'Content-Length is larger than max on this topic [length:1025, max:1024].',
    ],
    [
      'a compressed body',
      '{}',
      { 'Content-Encoding': 'gzip' },
      415,
      'UNSUPPORTED_CONTENT_ENCODING',
      'Content-Encoding gzip is not accepted; send the message uncompressed',
    ],
  ])('because of %s says why, with an id', async (_what, body, headers, status, code, message) => {
    const topic = await world.createTopic({ maxMessageSize: 1_024 })

    const answer = await world.publish(topic, body, headers)

    expect(answer.status).toBe(status)
    expect(answer.text).toBe(JSON.stringify({ message, code }))
    expect(answer.id).toMatch(uuid)
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  it('at the bound of its topic is accepted', async () => {
    const topic = await world.createTopic({ maxMessageSize: 1_024 })

    expect((await world.publish(topic, `"${'x'.repeat(1_022)}"`)).status).toBe(201)
  })

  it('on an unknown topic is 404 with the name', async () => {
    const answer = await world.publish('acme.nope', '{}')

    expect(answer.status).toBe(404)
    expect(answer.text).toBe('{"message":"Topic not found: acme.nope","code":"TOPIC_NOT_EXISTS"}')
    expect(answer.id).toMatch(uuid)
  })

  it('without a topic is 404 with an empty name', async () => {
    expect((await world.publish('', '{}')).text).toBe(
      '{"message":"Topic not found: ","code":"TOPIC_NOT_EXISTS"}',
    )
  })

  it('on a topic that wants authentication is 403', async () => {
    const topic = await world.createTopic({
      auth: { enabled: true, unauthenticatedAccessEnabled: false, publishers: ['p'] },
    })

    const answer = await world.publish(topic, '{}')

    expect(answer.status).toBe(403)
    expect(answer.text).toBe('{"message":"Permission denied.","code":"AUTH_ERROR"}')
  })

  it('on a topic that only prefers authentication is accepted', async () => {
    const topic = await world.createTopic({ auth: { enabled: true, unauthenticatedAccessEnabled: true } })

    expect((await world.publish(topic, '{}')).status).toBe(201)
  })

  it('on an AVRO topic says that there is no schema registry', async () => {
    const topic = await world.createTopic({ contentType: 'AVRO' })

    const answer = await world.publish(topic, '{}')

    expect(answer).toMatchObject({ status: 500, code: 'SCHEMA_COULD_NOT_BE_LOADED' })
    expect(answer.text).toContain('set schema.repository.serverUrl')
  })

  it('never reaches Kafka', async () => {
    const topic = await world.createTopic({ maxMessageSize: 1_024 })
    await world.publish(topic, 'not json')
    await world.publish(topic, '"' + 'x'.repeat(2_000) + '"')
    await world.publish(topic, '{}', { 'Content-Encoding': 'br' })
    const { id } = await world.publish(topic, '{"only":true}')

    const records = await witness(inject('kafka'), world.kafkaTopic(topic), 1)

    expect(records.map(record => record.headers['id'])).toEqual([id])
  })
})

describe('paths', () => {
  it.each([
    ['GET', '/topics/acme.x', 405],
    ['PUT', '/topics/acme.x', 405],
    ['HEAD', '/topics/acme.x', 405],
    ['OPTIONS', '/topics/acme.x', 405],
    ['GET', '/topics/', 405],
    ['POST', '/topics', 404],
    ['POST', '/topics/a/b', 404],
    ['POST', '/Topics/a.b', 404],
    ['POST', '/topics/%zz', 400],
    ['GET', '/status/ping/', 404],
    ['GET', '/status', 404],
    ['POST', '/status/ping', 405],
    ['HEAD', '/status/health', 405],
    ['GET', '/nowhere', 404],
  ])('%s %s is %d with an empty body and no type', async (method, path, status) => {
    const answer = await fetch(world.frontend.url + path, { method })

    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe('')
    expect(answer.headers.get('content-type')).toBeNull()
    expect(answer.headers.get('allow')).toBeNull()
  })

  it.each([
    ['/status/ping', 'UP'],
    ['/status/health', 'UP'],
    ['/', 'UP'],
    ['/status/ready', 'READY'],
  ])('GET %s says %s', async (path, text) => {
    const answer = await fetch(world.frontend.url + path)

    expect([answer.status, await answer.text()]).toEqual([200, text])
    expect(answer.headers.get('content-type')).toBeNull()
    expect(answer.headers.get('content-length')).toBe(String(text.length))
  })
})

describe('topics', () => {
  it('just created are published to at every frontend, however fast', async () => {
    const other = await world.addFrontend()

    for (let round = 0; round < 5; round++) {
      const topic = await world.createTopic()
      const answers = await Promise.all([world.publish(topic, '{}'), publishTo(other.url, topic, '{}')])
      expect(answers.map(answer => answer.status)).toEqual([201, 201])
    }
  })

  it('asked for just before they are created are there a second later', async () => {
    const name = 'acme.early'
    expect((await world.publish(name, '{}')).status).toBe(404)

    await world.createTopic({ name })

    await eventually(async () => expect((await world.publish(name, '{}')).status).toBe(201), 5_000)
  })

  it('that are removed are 404 soon after', async () => {
    const topic = await world.createTopic()
    expect((await world.publish(topic, '{}')).status).toBe(201)

    await world.removeTopic(topic)

    await eventually(async () => expect((await world.publish(topic, '{}')).status).toBe(404))
  })

  it('that Kafka does not have are 503, surely not stored, within the budget', async () => {
    const { url } = await world.addFrontend({ 'frontend.handlers.idleTimeout': '2s' })
    const topic = await world.createTopic({ inKafka: false })
    const startedMs = performance.now()

    const answer = await publishTo(url, topic, '{}')

    expect(answer).toMatchObject({ status: 503, code: 'MESSAGE_NOT_SENT' })
    // The budget that the world gives the others is ten.
    expect(performance.now() - startedMs).toBeLessThan(8_000)
  })
})

describe('metrics', () => {
  it('count requests, statuses, bytes and messages by topic', async () => {
    const topic = await world.createTopic()
    await world.publish(topic, '{"a":1}')
    await world.publish(topic, '{"a":2}')
    await world.publish(topic, 'no')

    const labels = `group="acme",topic="${topic.split('.')[1]}"`
    const wanted = [
      `topic_requests_total{${labels}} 3`,
      `topic_http_status_codes_total{${labels},status_code="201"} 2`,
      `topic_http_status_codes_total{${labels},status_code="400"} 1`,
      `topic_published_total{${labels},storageDc="dc"} 2`,
      `topic_throughput_bytes_total{${labels}} 16`,
      `topic_ack_leader_latency_seconds_count{${labels}} 3`,
    ]
    // The answer of the last may be here before it is counted.
    const { type, text } = await eventually(async () => {
      const answer = await fetch(`${world.frontend.url}/status/prometheus`)
      const page = { type: answer.headers.get('content-type'), text: await answer.text() }
      for (const line of wanted) expect(page.text).toContain(`hermes_frontend_${line}\n`)
      return page
    })

    expect(type).toBe('text/plain;version=0.0.4;charset=utf-8')
    for (const ack of ['ack_all', 'ack_leader'])
      for (const name of ['buffer_available_bytes', 'metadata_age_seconds', 'compression_rate_avg'])
        expect(text).toMatch(
          new RegExp(`^hermes_frontend_kafka_producer_${ack}_${name}\\{sender="default",`, 'm'),
        )
    expect(text).toMatch(/^hermes_frontend_event_loop_lag_seconds_count \d+$/m)
  })
})
