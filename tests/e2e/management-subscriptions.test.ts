/** Subscriptions over REST, as in examples 43 to 61 of the API's contract. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const owner = { source: 'Plaintext', id: 'Orders Team' }
let stack: TestStack
let topic: string
beforeAll(async () => {
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  const settings = { 'management-service': { 'management.consumer-group.clean-up.initialDelay': '100ms' } }
  stack = await startTestStack({ ...servers, frontends: 1, consumers: 0, settings })
})
afterAll(() => stack.stop())
let shared: string
beforeAll(async () => {
  topic = shared = await stack.createTopic()
})

async function manage(
  method: string,
  path: string,
  json?: unknown,
): Promise<{ status: number; body: unknown }> {
  const { status, text } = await stack.api.manage(method, `/topics/${topic}/subscriptions${path}`, json)
  return { status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

function bodyOf(overrides: object = {}): object {
  const endpoint = 'http://svc:pa55@127.0.0.1:8000/in'
  return { topicName: topic, name: 'billing', description: 'bills', endpoint, owner, ...overrides }
}

describe('a subscription', () => {
  beforeEach(async () => {
    topic = await stack.createTopic()
  })
  afterAll(() => void (topic = shared))

  it('is made with every default, read with its password masked, listed, and removed', async () => {
    const made = await manage('POST', '', bodyOf())
    const read = await manage('GET', '/billing')

    expect(made).toEqual({ status: 201, body: null })
    expect(read).toEqual({
      status: 200,
      body: {
        topicName: topic,
        name: 'billing',
        endpoint: 'http://svc:*****@127.0.0.1:8000/in',
        state: 'PENDING',
        description: 'bills',
        subscriptionPolicy: {
          rate: 400,
          messageTtl: 3600,
          messageBackoff: 100,
          requestTimeout: 1000,
          socketTimeout: 0,
          sendingDelay: 0,
          backoffMultiplier: 1.0,
          backoffMaxIntervalInSec: 600,
          retryClientErrors: false,
          backoffMaxIntervalMillis: 600000,
        },
        trackingEnabled: false,
        trackingMode: 'trackingOff',
        owner,
        monitoringDetails: { severity: 'NON_IMPORTANT', reaction: '' },
        contentType: 'JSON',
        deliveryType: 'SERIAL',
        filters: [],
        mode: 'ANYCAST',
        headers: [],
        endpointAddressResolverMetadata: {},
        http2Enabled: false,
        profilingEnabled: false,
        profilingThresholdMs: 0,
        subscriptionIdentityHeadersEnabled: false,
        autoDeleteWithTopicEnabled: false,
        metricsConfig: { messageProcessing: { thresholdsMilliseconds: [], enabled: false } },
        createdAt: expect.any(Number) as number,
        modifiedAt: expect.any(Number) as number,
      },
    })
    expect((await manage('GET', '')).body).toEqual(['billing'])
    expect((await manage('GET', '?tracked=true')).body).toEqual([])
    expect((await stack.api.manage('GET', `/topics/${topic}/clients`)).text).toBe('["Orders Team"]')
    expect((await manage('DELETE', '/billing')).status).toBe(200)
    expect((await manage('GET', '')).body).toEqual([])
  })

  it('has its place in Kafka from the start, and loses it some time after its removal', async () => {
    await manage('POST', '', bodyOf())
    const atStart = await manage('GET', '/billing/consumer-groups')
    await manage('DELETE', '/billing')

    const groupId = `${stack.namespace}_${topic.split('.')[0]}_${topic.split('.')[1]}_billing`
    expect(atStart).toEqual({
      status: 200,
      // Whether a consumers process has taken it already is its own affair.
      body: [expect.objectContaining({ clusterName: 'primary-dc', groupId }) as object],
    })
    expect((await manage('GET', '/billing/consumer-groups')).body).toEqual([])
    await eventually(() => {
      if (!stack.management.logs().some(line => line.includes('group.deleted') && line.includes(groupId)))
        throw new Error('the group is still there')
    })
  })

  it('is changed member by member, and its secret stays when it comes back masked', async () => {
    await manage('POST', '', bodyOf())

    const changed = await manage('PUT', '/billing', {
      subscriptionPolicy: { rate: 7 },
      endpoint: 'http://svc:*****@127.0.0.1:8000/other',
    })
    const stolen = await manage('PUT', '/billing', { endpoint: 'http://svc:*****@127.0.0.1:9000/in' })

    expect(changed).toEqual({ status: 200, body: null })
    expect((await manage('GET', '/billing')).body).toMatchObject({
      endpoint: 'http://svc:*****@127.0.0.1:8000/other',
      subscriptionPolicy: { rate: 7, messageTtl: 3600 },
    })
    expect(stolen.status).toBe(400)
  })

  it('is suspended and resumed', async () => {
    await manage('POST', '', bodyOf())

    expect((await manage('PUT', '/billing/state', 'SUSPENDED')).status).toBe(200)
    expect(await manage('GET', '/billing/state')).toEqual({ status: 200, body: 'SUSPENDED' })
    expect((await manage('PUT', '/billing/state', 'PENDING')).status).toBe(200)
    expect((await manage('GET', '/billing/state')).body).toBe('SUSPENDED')
    expect((await manage('PUT', '/billing/state', 'ACTIVE')).status).toBe(200)
    expect((await manage('GET', '/billing/state')).body).toBe('ACTIVE')
  })

  it('made by many at once is made by one', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => manage('POST', '', bodyOf())))

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(400)])
  })

  it('changed by many at once keeps every change that was answered 200', async () => {
    await manage('POST', '', bodyOf({ state: 'ACTIVE' }))
    const patches = Array.from({ length: 12 }, (_each, index) => ({
      endpointAddressResolverMetadata: { [`key${index}`]: index },
    }))

    const statuses = await Promise.all(
      patches.map(async patch => (await manage('PUT', '/billing', patch)).status),
    )
    const { endpointAddressResolverMetadata: stored } = (await manage('GET', '/billing')).body as {
      endpointAddressResolverMetadata: object
    }

    expect(new Set(statuses)).toEqual(new Set(statuses.includes(409) ? [200, 409] : [200]))
    expect(Object.keys(stored)).toHaveLength(statuses.filter(status => status === 200).length)
  })
})

describe('a new subscription is refused', () => {
  it.each<[string, (own: string) => object, number, string, RegExp]>([
    [
      'missing members',
      own => ({ topicName: own, name: 's2' }),
      400,
      'VALIDATION_ERROR',
      /Subscription\.endpoint must not be null/,
    ],
    [
      'a policy out of range',
      () => bodyOf({ subscriptionPolicy: { rate: 0, messageTtl: 8000 } }),
      400,
      'VALIDATION_ERROR',
      /Subscription\.serialSubscriptionPolicy\.rate must be greater than or equal to 1/,
    ],
    [
      'a batch policy out of range',
      () => bodyOf({ deliveryType: 'BATCH', subscriptionPolicy: { batchSize: 0 } }),
      400,
      'VALIDATION_ERROR',
      /^Subscription\.batchSubscriptionPolicy\.batchSize must be greater than or equal to 1$/,
    ],
    [
      'an unsupported protocol',
      () => bodyOf({ endpoint: 'ftp://x/y' }),
      400,
      'VALIDATION_ERROR',
      /^Endpoint address has invalid format$/,
    ],
    [
      'an underscore in the host',
      () => bodyOf({ endpoint: 'http://my_host/y' }),
      400,
      'VALIDATION_ERROR',
      /^Endpoint contains invalid chars in host name\. Underscore is one of them\.$/,
    ],
    [
      'a filter of another content type',
      () => bodyOf({ filters: [{ type: 'avropath', path: '.a', matcher: 'x' }] }),
      400,
      'VALIDATION_ERROR',
      /^Message filter type avropath doesn't match topic content type JSON$/,
    ],
    [
      'AVRO in batches',
      () => bodyOf({ deliveryType: 'BATCH', contentType: 'AVRO' }),
      400,
      'VALIDATION_ERROR',
      /^Subscription AVRO content type is not supported in BATCH delivery mode$/,
    ],
    [
      'another topic than the path',
      () => bodyOf({ topicName: 'acme.other' }),
      400,
      'VALIDATION_ERROR',
      /The path says/,
    ],
    ['no topic name', () => bodyOf({ topicName: null }), 400, 'OTHER', /topicName/],
    [
      'a private address',
      () => bodyOf({ endpoint: 'http://10.1.2.3/in' }),
      400,
      'VALIDATION_ERROR',
      /delivery\.allowedNetworks/,
    ],
    [
      'the address of cloud metadata',
      () => bodyOf({ endpoint: 'http://169.254.169.254/' }),
      400,
      'VALIDATION_ERROR',
      /delivery\.allowedNetworks/,
    ],
    [
      'batches larger than consumers can hold',
      () => bodyOf({ deliveryType: 'BATCH', subscriptionPolicy: { batchVolume: 67_108_865 } }),
      400,
      'VALIDATION_ERROR',
      /^Subscription\.batchSubscriptionPolicy\.batchVolume must be less than or equal to 67108864$/,
    ],
  ])('with %s', async (_what, json, status, code, message) => {
    const refused = await manage('POST', '', json(topic))

    expect(refused.status).toBe(status)
    expect(refused.body).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect((await manage('GET', '')).body).toEqual([])
  })

  it('when it exists, and below an unknown topic', async () => {
    topic = await stack.createTopic()
    await manage('POST', '', bodyOf())
    const unknown = await stack.api.manage(
      'POST',
      '/topics/acme.nope/subscriptions',
      bodyOf({ topicName: 'acme.nope' }),
    )

    expect(await manage('POST', '', bodyOf())).toEqual({
      status: 400,
      body: {
        message: `Subscription billing for topic ${topic} already exists.`,
        code: 'SUBSCRIPTION_ALREADY_EXISTS',
      },
    })
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      404,
      { message: 'Topic acme.nope does not exist', code: 'TOPIC_NOT_EXISTS' },
    ])
  })
})

describe('an unknown subscription is', () => {
  it.each<[string, string, unknown]>([
    ['GET', '/nope', undefined],
    ['PUT', '/nope', {}],
    ['DELETE', '/nope', undefined],
    ['GET', '/nope/state', undefined],
    ['PUT', '/nope/state', 'ACTIVE'],
    ['GET', '/nope/dead-letters', undefined],
    ['GET', '/..%2fnope', undefined],
  ])('refused by %s %s with 400, as in Hermes', async (method, path, json) => {
    const refused = await manage(method, path, json)

    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      code: 'SUBSCRIPTION_NOT_EXISTS',
      message: expect.stringMatching(/^Subscription .*nope for topic .* does not exist\.$/) as string,
    })
  })

  it.each(['BOGUS', 'active'])('not put into a state called %s', async state => {
    const refused = await manage('PUT', '/nope/state', state)

    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      code: 'FORMAT_ERROR',
      message: expect.stringContaining('[SUSPENDED, ACTIVE, PENDING]') as string,
    })
  })
})

describe('a subscription without undelivered messages', () => {
  it('has no last one and no dead letters', async () => {
    topic = await stack.createTopic()
    await manage('POST', '', bodyOf())

    expect(await manage('GET', '/billing/undelivered/last')).toEqual({
      status: 404,
      body: { message: 'HTTP 404 Not Found', code: 'OTHER' },
    })
    expect(await manage('GET', '/billing/dead-letters')).toEqual({ status: 200, body: { items: [] } })
  })
})
