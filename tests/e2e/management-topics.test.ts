/** Topics over REST, as in examples 13 to 35 of the API's contract. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startTestStack, type TestStack } from '../support/stack.js'

const owner = { source: 'Plaintext', id: 'Orders Team' }
let stack: TestStack
let group: string
let shared: string
beforeAll(async () => {
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  stack = await startTestStack({ ...servers, frontends: 1, consumers: 0 })
  group = stack.group
  shared = await stack.createTopic()
})
afterAll(() => stack.stop())

/** A full body for a topic of the group; the group is not known before the stack runs. */
function bodyOf(shortName: string, overrides: object = {}): object {
  return {
    name: `${group}.${shortName}`,
    description: 'order events',
    owner,
    contentType: 'JSON',
    retentionTime: { duration: 1 },
    ...overrides,
  }
}

async function manage(
  method: string,
  path: string,
  json?: unknown,
): Promise<{ status: number; body: unknown }> {
  const { status, text } = await stack.api.manage(method, path, json)
  return { status, body: text === '' ? null : (JSON.parse(text) as unknown) }
}

describe('a topic', () => {
  it('is made with every default, read, listed, changed, and removed', async () => {
    const name = `${group}.orders`
    const made = await manage('POST', '/topics', bodyOf('orders'))
    const read = await manage('GET', `/topics/${name}`)

    expect(made).toEqual({ status: 201, body: null })
    expect(read).toEqual({
      status: 200,
      body: {
        name,
        description: 'order events',
        owner,
        retentionTime: { duration: 1, retentionUnit: 'DAYS' },
        jsonToAvroDryRun: false,
        ack: 'LEADER',
        fallbackToRemoteDatacenterEnabled: false,
        chaos: { mode: 'DISABLED', datacenterPolicies: {} },
        trackingEnabled: false,
        migratedFromJsonType: false,
        contentType: 'JSON',
        maxMessageSize: 51200,
        auth: { publishers: [], enabled: false, unauthenticatedAccessEnabled: true },
        subscribingRestricted: false,
        offlineStorage: { enabled: false, retentionTime: { duration: 0, infinite: false } },
        createdAt: expect.any(Number) as number,
        modifiedAt: expect.any(Number) as number,
      },
    })
    expect((await manage('GET', '/topics')).body).toContain(name)
    expect((await manage('GET', `/topics?groupName=${group}`)).body).toContain(name)
    expect((await manage('GET', `/topics/${name}/clients`)).body).toEqual([])

    expect(await manage('PUT', `/topics/${name}`, { retentionTime: { duration: 2 } })).toEqual({
      status: 200,
      body: null,
    })
    expect((await manage('GET', `/topics/${name}/`)).body).toMatchObject({
      retentionTime: { duration: 2, retentionUnit: 'DAYS' },
      description: 'order events',
    })
    expect((await manage('DELETE', `/topics/${name}`)).status).toBe(200)
    expect((await manage('GET', `/topics/${name}`)).status).toBe(404)
  })

  it('is there for publishers when its creation is answered, and shows the stored message', async () => {
    const name = await stack.createTopic()

    const published = await stack.publish(name, '{"w":0}')
    const previews = await Promise.all(
      [0, 1, 2, 3].map(partition =>
        manage('GET', `/topics/${name}/preview/cluster/primary-dc/partition/${partition}/offset/0`),
      ),
    )

    expect(published.status).toBe(201)
    expect(previews.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404])
    expect(previews.find(({ status }) => status === 200)?.body).toMatchObject({ _w: true, message: { w: 0 } })
    expect(previews.find(({ status }) => status === 404)?.body).toMatchObject({
      code: 'OTHER',
      message: expect.stringMatching(
        /^Message not found for brokers cluster primary-dc, topic .*, partition \d and offset 0$/,
      ) as string,
    })
  })

  it('made by many at once is made by one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => manage('POST', '/topics', bodyOf('race'))),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(400)])
    expect(answers.find(({ status }) => status === 400)?.body).toEqual({
      message: `Topic ${group}.race already exists`,
      code: 'TOPIC_ALREADY_EXISTS',
    })
  })

  it('made again after its removal has no old messages', async () => {
    const name = await stack.createTopic()
    await stack.publish(name, '{"w":0}')
    await manage('DELETE', `/topics/${name}`)

    const again = await manage('POST', '/topics', bodyOf(name.slice(group.length + 1)))
    const preview = await manage('GET', `/topics/${name}/preview/cluster/primary-dc/partition/0/offset/0`)

    expect([again.status, preview.status]).toEqual([201, 404])
  })

  it('with subscriptions is not removed, unless they go with it', async () => {
    const name = await stack.createTopic()
    const kept = await stack.createSubscription(name, 'http://127.0.0.1:9/')
    await stack.createSubscription(name, 'http://127.0.0.1:9/', { autoDeleteWithTopicEnabled: true })
    const message = `Topic ${name} is not empty: it has the subscriptions ${kept}`
    const refused = await manage('DELETE', `/topics/${name}`)
    await manage('DELETE', `/topics/${name}/subscriptions/${kept}`)

    expect(refused).toEqual({
      status: 403,
      body: { message, code: 'TOPIC_NOT_EMPTY' },
    })
    expect((await manage('DELETE', `/topics/${name}`)).status).toBe(200)
  })
})

describe('a new topic is refused', () => {
  it.each<[string, (own: string) => unknown, number, string, RegExp]>([
    [
      'an unknown group',
      () => bodyOf('x', { name: 'nope.x' }),
      404,
      'GROUP_NOT_EXISTS',
      /^Group nope does not exist$/,
    ],
    [
      'missing members',
      own => ({ name: `${own}.t9` }),
      400,
      'VALIDATION_ERROR',
      /Topic\.retentionTime must not be null/,
    ],
    [
      'a bad name',
      own => bodyOf('x', { name: `${own}.a$b` }),
      400,
      'VALIDATION_ERROR',
      /^Topic\.name\.name must match "\[a-zA-Z0-9_\.-\]\+"$/,
    ],
    [
      'a name without a dot',
      () => bodyOf('x', { name: 'nodot' }),
      400,
      'FORMAT_ERROR',
      /Invalid qualified name nodot/,
    ],
    [
      'a small size limit',
      () => bodyOf('t9', { maxMessageSize: 10 }),
      400,
      'VALIDATION_ERROR',
      /^Topic\.maxMessageSize must be greater than or equal to 1024$/,
    ],
    [
      'a size that Kafka refuses',
      () => bodyOf('t9', { maxMessageSize: 2_097_152 }),
      400,
      'VALIDATION_ERROR',
      /Kafka takes 1048576 bytes/,
    ],
    [
      'an unknown owner source',
      () => bodyOf('t9', { owner: { source: 'Nope', id: 'x' } }),
      400,
      'VALIDATION_ERROR',
      /^Owner source 'Nope' doesn't exist$/,
    ],
    [
      'an unknown content type',
      () => bodyOf('t9', { contentType: 'XML' }),
      400,
      'FORMAT_ERROR',
      /\[JSON, AVRO\]/,
    ],
    [
      'the migration flag',
      () => bodyOf('t9', { migratedFromJsonType: true }),
      400,
      'VALIDATION_ERROR',
      /^Newly created topic cannot have migratedFromJsonType flag set to true$/,
    ],
    ['no name', () => ({}), 400, 'OTHER', /name/],
    [
      'AVRO without a schema registry',
      () => bodyOf('t9', { contentType: 'AVRO' }),
      400,
      'VALIDATION_ERROR',
      /^AVRO topics need a schema registry: set schema\.repository\.serverUrl$/,
    ],
  ])('with %s', async (_what, json, status, code, message) => {
    const refused = await manage('POST', '/topics', json(group))

    expect(refused.status).toBe(status)
    expect(refused.body).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('whose name Kafka cannot tell from another', async () => {
    await manage('POST', '/topics', bodyOf('like_this'))
    await manage('POST', '/groups', { groupName: `${group}.like` })

    const refused = await manage('POST', '/topics', bodyOf('x', { name: `${group}.like.this` }))

    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining(`${group}.like_this`) as string,
    })
  })
})

describe('a request about a topic is refused', () => {
  it.each<[string, string, string, unknown, number, string, RegExp]>([
    [
      'an unknown topic',
      'GET',
      '/topics/acme.nope',
      undefined,
      404,
      'TOPIC_NOT_EXISTS',
      /^Topic acme\.nope does not exist$/,
    ],
    [
      'an unqualified name',
      'GET',
      '/topics/nodot',
      undefined,
      400,
      'OTHER',
      /^Invalid qualified name nodot$/,
    ],
    [
      'an unknown group',
      'GET',
      '/topics?groupName=nope',
      undefined,
      404,
      'GROUP_NOT_EXISTS',
      /^Group nope does not exist$/,
    ],
    ['an update of an unknown topic', 'PUT', '/topics/acme.nope', {}, 404, 'TOPIC_NOT_EXISTS', /acme\.nope/],
    [
      'the removal of an unknown topic',
      'DELETE',
      '/topics/acme.nope',
      undefined,
      404,
      'TOPIC_NOT_EXISTS',
      /acme\.nope/,
    ],
    [
      'another cluster',
      'GET',
      '/topics/a.b/preview/cluster/other/partition/0/offset/0',
      undefined,
      404,
      'BROKERS_CLUSTER_NOT_FOUND_EXCEPTION',
      /^Brokers cluster with name other not found$/,
    ],
    [
      'an offset that is no number',
      'GET',
      '/topics/a.b/preview/cluster/primary-dc/partition/0/offset/x',
      undefined,
      404,
      'OTHER',
      /^HTTP 404 Not Found$/,
    ],
  ])('with %s', async (_what, method, path, json, status, code, message) => {
    const refused = await manage(method, path, json)

    expect(refused.status).toBe(status)
    expect(refused.body).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it.each<[string, unknown, string, RegExp]>([
    [
      'another content type',
      { contentType: 'AVRO' },
      'VALIDATION_ERROR',
      /^Cannot change content type, except for migration to Avro with setting migratedFromJsonType flag\.$/,
    ],
    ['null for a required member', { owner: null }, 'VALIDATION_ERROR', /^Topic\.owner must not be null$/],
    ['another name', { name: 'other.topic' }, 'VALIDATION_ERROR', /renamed/],
    ['an object for a scalar', { description: {} }, 'OTHER', /String/],
    ['a list', [], 'FORMAT_ERROR', /object/],
  ])('with an update to %s', async (_what, patch, code, message) => {
    const refused = await manage('PUT', `/topics/${shared}`, patch)

    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})

describe('topics, while removal is switched off as by default', () => {
  it('are not removed, and nothing else either', async () => {
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    const settings = { 'management-service': { 'management.topic.allowRemoval': 'false' } }
    const own = await startTestStack({ ...servers, frontends: 0, consumers: 0, settings })
    const name = await own.createTopic()
    const subscription = await own.createSubscription(name, 'http://127.0.0.1:9/', {
      autoDeleteWithTopicEnabled: true,
    })

    const refused = await own.api.deleteTopic(name)
    const kept = await own.api.readSubscription(name, subscription)
    await own.stop()

    expect([refused.status, JSON.parse(refused.text), kept.status]).toEqual([
      406,
      {
        message: `Could not remove topic ${name}, this operation is currently disabled.`,
        code: 'OPERATION_DISABLED',
      },
      200,
    ])
  })
})
