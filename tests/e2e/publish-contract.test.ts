import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'

let registry: TestRegistry
let stack: TestStack

beforeAll(async () => {
  registry = await startSchemaRegistry()
  const schemas = { 'schema.repository.serverUrl': registry.url }
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    consumers: 0,
    settings: {
      'management-service': schemas,
      'frontend-service': {
        ...schemas,
        'frontend.handlers.authentication.enabled': 'true',
        'frontend.handlers.authentication.basic': 'anna:secret,bert:pass:word',
        'frontend.handlers.keepAliveHeader.enabled': 'true',
        'frontend.handlers.keepAliveHeader.timeout': '7s',
        'frontend.chaos.enabled': 'true',
        'frontend.message.preview.enabled': 'true',
        'frontend.message.preview.size': '2',
        'frontend.message.preview.maxSizeKb': '1',
        'frontend.message.preview.logPersistPeriod': '200ms',
      },
    },
  })
})

afterAll(async () => {
  await stack.stop()
  await registry.stop()
})

const basic = (credentials: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
})
const publish = (
  topic: string,
  headers: Record<string, string> = {},
  body = '{"a":1}',
): ReturnType<TestStack['publish']> => stack.publish(topic, body, { headers })
const codeOf = ({ text }: { text: string }): unknown => (JSON.parse(text) as { code?: unknown }).code
const manage = async (method: string, path: string, json?: unknown): Promise<void> => {
  const answer = await stack.api.manage(method, path, json)
  expect(answer.status, answer.text).toBe(200)
}

describe('a topic that wants to know who publishes', () => {
  const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
  let [closed, preferring, open] = ['', '', '']

  beforeAll(async () => {
    closed = await stack.createTopic({ auth })
    preferring = await stack.createTopic({ auth: { ...auth, unauthenticatedAccessEnabled: true } })
    open = await stack.createTopic()
  })

  it('takes messages of the accounts that it names', async () => {
    expect((await publish(closed, basic('anna:secret'))).status).toBe(201)
    expect((await publish(preferring, basic('anna:secret'))).status).toBe(201)
  })

  it.each([
    ['nobody', {}],
    ['a wrong password', basic('anna:wrong')],
    ['an unknown account', basic('carl:secret')],
    ['another mechanism', { Authorization: 'Bearer abc' }],
  ])('asks %s who it is: 401 with a challenge and an empty body', async (_who, headers) => {
    const answer = await publish(closed, headers)

    expect([answer.status, answer.text]).toEqual([401, ''])
    expect(answer.headers.get('www-authenticate')).toBe(
      'Basic realm="iris", charset="UTF-8", Bearer realm="iris"',
    )
  })

  it('refuses an account that it does not name, wherever nobody would do too', async () => {
    for (const topic of [closed, preferring]) {
      const answer = await publish(topic, basic('bert:pass:word'))

      expect(answer.status).toBe(403)
      expect(JSON.parse(answer.text)).toEqual({ message: 'Permission denied.', code: 'AUTH_ERROR' })
    }
  })

  it('takes nobody for somebody only where it is said, and others never ask', async () => {
    expect((await publish(preferring)).status).toBe(201)
    expect((await publish(open, basic('anna:wrong'))).status).toBe(201)
  })
})

describe('a topic that an operator stops', () => {
  it('takes no message from then on, with the reason, until it is opened again', async () => {
    const topic = await stack.createTopic()
    expect((await publish(topic)).status).toBe(201)

    await manage('PUT', `/topics/${topic}`, { publishing: { blocked: true, reason: 'moving to acme.v2' } })
    const refused = await eventually(async () => {
      const answer = await publish(topic)
      expect(answer.status).toBe(403)
      return answer
    })
    const shown = JSON.parse((await stack.api.manage('GET', `/topics/${topic}`)).text) as object
    await manage('PUT', `/topics/${topic}`, { publishing: { blocked: false } })
    await eventually(async () => expect((await publish(topic)).status).toBe(201))

    expect(JSON.parse(refused.text)).toEqual({
      message: `Publishing to topic ${topic} was stopped by an operator: moving to acme.v2`,
      code: 'TOPIC_BLOCKED',
    })
    expect(refused.headers.get('hermes-message-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(shown).toMatchObject({ publishing: { blocked: true, reason: 'moving to acme.v2' } })
    const after = JSON.parse((await stack.api.manage('GET', `/topics/${topic}`)).text) as object
    expect(after).not.toHaveProperty('publishing')
  })

  it('is refused with a reason that no answer could carry', async () => {
    const topic = await stack.createTopic()
    const publishing = { blocked: true, reason: 'x'.repeat(501) }

    expect((await stack.api.manage('PUT', `/topics/${topic}`, { publishing })).status).toBe(400)
  })
})

describe('a chaos policy', () => {
  const policy = { probability: 100, delayFrom: 150, delayTo: 151, completeWithError: true }

  it('fails or delays messages, here or in the data centre that it names', async () => {
    const chaos = { mode: 'DATACENTER', datacenterPolicies: { dc: policy } }
    const failing = await stack.createTopic({ chaos })
    const delaying = await stack.createTopic({
      chaos: { mode: 'GLOBAL', globalPolicy: { ...policy, completeWithError: false } },
    })
    const elsewhere = await stack.createTopic({ chaos: { ...chaos, datacenterPolicies: { dc2: policy } } })

    const failed = await publish(failing)
    const before = performance.now()
    const delayed = await publish(delaying)
    const tookMs = performance.now() - before

    expect(failed.status).toBe(500)
    expect(JSON.parse(failed.text)).toMatchObject({
      code: 'INTERNAL_ERROR',
      message: expect.stringMatching(/^Message not published\. ChaosException: /) as string,
    })
    expect(delayed.status).toBe(201)
    expect(tookMs).toBeGreaterThanOrEqual(149)
    expect((await publish(elsewhere)).status).toBe(201)
  })

  it('is refused when it cannot be obeyed', async () => {
    const name = `${stack.group}.chaotic`
    const globalPolicy = { ...policy, probability: 101 }
    const answer = await stack.api.createTopic({
      ...{ name, description: '', owner: { source: 'Plaintext', id: 'x' }, contentType: 'JSON' },
      retentionTime: { duration: 1 },
      chaos: { mode: 'GLOBAL', globalPolicy },
    })

    expect([answer.status, codeOf(answer)]).toEqual([400, 'VALIDATION_ERROR'])
  })
})

describe('the preview of a topic', () => {
  const previews = async (topic: string): Promise<{ content: string; truncated: boolean }[]> =>
    JSON.parse((await stack.api.manage('GET', `/topics/${topic}/preview`)).text) as never

  it('shows the envelopes of its first messages of a period, cut where they are long', async () => {
    const topic = await stack.createTopic()
    const long = await stack.createTopic()

    await publish(topic, {}, '{"first":1}')
    await publish(long, {}, `"${'x'.repeat(2_000)}"`)
    const [shown] = await eventually(async () => {
      const found = await previews(topic)
      expect(found.length).toBeGreaterThan(0)
      return found
    })
    const cut = await eventually(async () => {
      const found = await previews(long)
      expect(found).toHaveLength(1)
      return found[0]
    })

    expect(shown?.content).toMatch(/^\{"_w":true,"metadata":\{.*\},"message":\{"first":1\}\}$/)
    expect(shown?.truncated).toBe(false)
    expect([cut?.content.length, cut?.truncated]).toEqual([1_024, true])
    const raw = await fetch(`${stack.management.url}/topics/${topic}/preview/0`)
    expect(raw.headers.get('content-type')).toBe('application/octet-stream')
    expect(await raw.text()).toBe(shown?.content)
  })

  it('is empty where nothing was published, and its places are 404', async () => {
    const topic = await stack.createTopic()
    const place = await stack.api.manage('GET', `/topics/${topic}/preview/0`)

    expect(await previews(topic)).toEqual([])
    expect(await previews('acme.nothing')).toEqual([])
    expect(JSON.parse(place.text)).toEqual({
      message: `Message preview not found for topic ${topic} and offset 0`,
      code: 'OTHER',
    })
    expect(place.status).toBe(404)
    expect((await stack.api.manage('GET', `/topics/${topic}/preview/first`)).status).toBe(404)
  })
})

describe('a refusal, for who accepts problem details,', () => {
  const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
  const fields = [{ name: 'age', type: 'int' }, metadata]
  const schema = JSON.stringify({ type: 'record', name: 'User', namespace: 'acme', fields })
  const topics: Record<string, string> = { unknown: 'acme.nothing' }

  beforeAll(async () => {
    topics['plain'] = await stack.createTopic({ maxMessageSize: 1_024 })
    topics['closed'] = await stack.createTopic({
      auth: { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false },
    })
    topics['rationed'] = await stack.createTopic({ quotas: { messagesPerSecond: 0.01 } })
    topics['avro'] = await stack.createTopic({ contentType: 'AVRO', schema })
    const typed = (topics['typed'] = await stack.createTopic())
    const form = { type: 'object', properties: { a: { type: 'string' } } }
    expect((await stack.api.manage('PUT', `/topics/${typed}/json-schema/versions/1`, form)).status).toBe(201)
    await manage('PUT', `/topics/${typed}/json-schema`, { mode: 'enforce' })
  })

  interface Sent {
    readonly to: string
    readonly body?: string
    readonly headers?: Record<string, string>
  }
  const sendSmaller = "Send a smaller message, or raise the topic's maxMessageSize"

  it.each<[what: string, sent: Sent, status: number, members: Readonly<Record<string, unknown>>]>([
    [
      'an unknown topic',
      { to: 'unknown' },
      404,
      { code: 'TOPIC_NOT_EXISTS', fix: 'Create the topic on management, or correct its name' },
    ],
    [
      'no JSON',
      { to: 'plain', body: 'no' },
      400,
      { code: 'VALIDATION_ERROR', detail: 'Invalid message: not JSON: unexpected o at byte 1' },
    ],
    [
      'what is too large',
      { to: 'plain', body: `"${'x'.repeat(1_023)}"` },
      400,
      { code: 'VALIDATION_ERROR', limit: 1_024, fix: sendSmaller },
    ],
    [
      'what does not fit the JSON Schema',
      { to: 'typed' },
      400,
      { code: 'VALIDATION_ERROR', detail: 'Invalid message: /a must be string', pointer: '/a' },
    ],
    [
      'what does not fit the Avro schema',
      { to: 'avro', body: '{"age":"x"}', headers: { 'Content-Type': 'application/json' } },
      400,
      { code: 'VALIDATION_ERROR', detail: expect.stringContaining('Field age is expected') as string },
    ],
    [
      'no key',
      { to: 'plain', headers: { 'Idempotency-Key': '""' } },
      400,
      { code: 'IDEMPOTENCY_KEY_INVALID', field: 'Idempotency-Key' },
    ],
    [
      'nobody',
      { to: 'closed' },
      401,
      { code: 'UNAUTHENTICATED', fix: 'Send the credentials that WWW-Authenticate asks for' },
    ],
    ['an unknown account', { to: 'closed', headers: basic('carl:secret') }, 401, { code: 'UNAUTHENTICATED' }],
    [
      'an account without right',
      { to: 'closed', headers: basic('bert:pass:word') },
      403,
      { code: 'AUTH_ERROR' },
    ],
    [
      'a compressed body',
      { to: 'plain', headers: { 'Content-Encoding': 'gzip' } },
      415,
      {
        ...{ code: 'UNSUPPORTED_CONTENT_ENCODING', field: 'Content-Encoding' },
        fix: 'Send the message uncompressed',
      },
    ],
    [
      'what is over the quota',
      { to: 'rationed' },
      429,
      {
        ...{ code: 'THROUGHPUT_QUOTA_VIOLATION', limit: 0.01 },
        fix: 'Send it again after the time in Retry-After; it was not stored',
      },
    ],
  ])('of %s says all that is known', async (_what, { to, body, headers }, status, members) => {
    const topic = topics[to] ?? ''
    const inDetail = { ...headers, Accept: 'application/problem+json' }

    // Schemas and quotas hold once the frontend has seen them, and a quota once it is used up.
    const answer = await eventually(async () => {
      const got = await publish(topic, inDetail, body)
      expect([got.status, got.text]).toEqual([status, expect.any(String)])
      return got
    })

    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const { code } = members as { code: string }
    expect(JSON.parse(answer.text)).toMatchObject({
      ...{ type: `urn:iris:error:${code.toLowerCase().replaceAll('_', '-')}`, status },
      ...{ title: expect.any(String) as string, detail: expect.any(String) as string },
      instance: `urn:uuid:${answer.headers.get('hermes-message-id')}`,
      ...members,
    })
    if (status === 401) expect(answer.headers.get('www-authenticate')).toContain('Basic')
    if (status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('Keep-Alive', () => {
  it('is on every answer to a publisher when it is switched on', async () => {
    const topic = await stack.createTopic()

    const answers = await Promise.all([
      publish(topic),
      publish('acme.nothing'),
      publish(topic, {}, 'no json'),
    ])

    expect(answers.map(({ status }) => status)).toEqual([201, 404, 400])
    expect(answers.map(({ headers }) => headers.get('keep-alive'))).toEqual(Array(3).fill('timeout=7'))
  })
})
