/**
 * Hermes' own Java code, unmodified: its client library publishes to Iris, its classes read what Iris keeps.
 */
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import avro from 'avsc'
import { javaServers } from '@iris/local-stack/artifacts'
import { checkedJars } from '@iris/local-stack/jars'
import { run } from '@iris/local-stack/run'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startFailingProxy, type FailingProxy } from '../support/failing-proxy.js'
import { billSchema } from '../support/hermes-installation.js'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { openTree, readTree } from '../support/tree.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const clientDir = fileURLToPath(new URL('../java-client', import.meta.url))
/** A machine that has no jars yet downloads them first. */
const downloadMs = 600_000
const programMs = 100_000

interface Said {
  readonly name: string
  readonly status: number
  readonly messageId: string
}

let registry: TestRegistry
let subscriber: Subscriber
let stack: TestStack
let proxy: FailingProxy
let topics: { readonly json: string; readonly avro: string }
let said: readonly Said[]

beforeAll(async () => {
  ;[registry, subscriber] = await Promise.all([startSchemaRegistry(), startSubscriber()])
  const schemas = { 'schema.repository.serverUrl': registry.url }
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: {
      'frontend-service': {
        ...schemas,
        'frontend.http.headers.propagationEnabled': 'true',
        'frontend.http.headers.allowedSet': 'trace-id,span-id',
      },
      'management-service': schemas,
      'consumers-service': schemas,
    },
  })
  proxy = await startFailingProxy(stack.frontends[0]!.url, 3)
  topics = {
    json: await stack.createTopic(),
    avro: await stack.createTopic({ contentType: 'AVRO', schema: JSON.stringify(billSchema) }),
  }
  await stack.createSubscription(topics.json, `${subscriber.url}/json`)
  await stack.createSubscription(topics.avro, `${subscriber.url}/avro`)
  said = await runProgram()
}, downloadMs + programMs)
afterAll(async () => {
  await stack.stop()
  await Promise.all([proxy.stop(), registry.stop(), subscriber.stop()])
})

/** Runs a program of Java from its source; gives what it printed. */
async function runJava(name: string, ...words: readonly string[]): Promise<string> {
  const set = { directory: clientDir, what: "Hermes' own Java code", orElse: 'then run the test again' }
  const [{ java }, jars] = await Promise.all([javaServers(), checkedJars(set)])
  const ran = await run(java, ['-cp', jars.join(delimiter), join(clientDir, name), ...words], programMs)
  if (ran.code !== 0) throw new Error(`The Java program ended with ${ran.code}: ${ran.output}`)
  return ran.output
}

async function runProgram(): Promise<readonly Said[]> {
  const type = avro.Type.forSchema(billSchema as unknown as avro.Schema, { wrapUnions: 'always' })
  const record = type.toBuffer({ n: 5, __metadata: null }).toString('base64')
  const addresses = [stack.frontends[0]!.url, proxy.url]
  const words = [...addresses, topics.json, topics.avro, record]
  const output = await runJava('HermesClientProgram.java', ...words)
  return [...output.matchAll(/^([a-z-]+) (\d{3}) (.*)$/gm)].map(([, name = '', status, messageId = '']) => ({
    name,
    status: Number(status),
    messageId,
  }))
}

const idsOf = (...names: string[]): string[] =>
  said.filter(each => names.includes(each.name)).map(each => each.messageId)

describe("Hermes' client library for Java", () => {
  it('publishes JSON, with keys and headers, and gets the id that the subscriber sees', async () => {
    const received = await subscriber.waitFor(5, { path: '/json' })

    expect(
      said.filter(({ name }) => name === 'json' || name === 'keyed').map(({ status }) => status),
    ).toEqual([201, 201, 201, 201])
    expect(received.map(each => each.messageId).sort()).toEqual(idsOf('json', 'keyed', 'retried').sort())
    const keyed = received.find(({ body }) => body.toString() === '{"n":3}')
    expect(keyed?.headers).toMatchObject({ 'trace-id': 'trace-3', 'span-id': 'default' })
  })

  it('publishes Avro records with the version of their schema, and JSON to an AVRO topic', async () => {
    const received = await subscriber.waitFor(2, { path: '/avro' })

    expect(received.map(({ body }) => body.toString()).sort()).toEqual(['{"n":5}', '{"n":6}'])
    expect(received.map(each => each.messageId).sort()).toEqual(idsOf('avro', 'avro-json').sort())
  })

  it('tries again after a cut connection and 503s, until the message is there once', async () => {
    const received = await subscriber.waitFor(5, { path: '/json' })

    const tries = proxy.paths().filter(path => path === `/topics/${topics.json}`)
    expect([said.find(({ name }) => name === 'retried')?.status, tries.length]).toEqual([201, 4])
    expect(received.filter(({ body }) => body.toString() === '{"n":7}')).toHaveLength(1)
  })

  it('does not try again what is refused, and still learns the id', () => {
    const refused = said.filter(({ status }) => status !== 201)

    expect(refused.map(({ name, status }) => [name, status])).toEqual([
      ['unknown-topic', 404],
      ['not-json', 400],
      ['no-such-version', 400],
    ])
    expect(refused.every(({ messageId }) => /^[0-9a-f-]{36}$/.test(messageId))).toBe(true)
    expect(proxy.paths().filter(path => path.endsWith('absent'))).toHaveLength(1)
  })
})

/** What a class of Hermes would write back of a node, or "! " and why it cannot read it. */
async function readByHermes(
  nodes: readonly (readonly [kind: string, node: Buffer])[],
): Promise<readonly string[]> {
  const words = nodes.flatMap(([kind, node]) => [kind, node.toString('base64')])
  const lines = (await runJava('HermesReaderProgram.java', ...words)).split('\n')
  return lines.flatMap(line => /^(?:group|topic|subscription|provider) (.*)$/.exec(line)?.[1] ?? [])
}

/** What Hermes would write back, without the members that Iris does not write. */
function writtenByBoth(writtenBack: string, node: object): object {
  const members = Object.entries(JSON.parse(writtenBack) as object)
  return Object.fromEntries(members.filter(([name]) => name in node))
}

describe("Hermes' classes for what it keeps", () => {
  /** Makes one of each, with all that only Iris knows. */
  async function makeAll(): Promise<void> {
    const { group } = stack
    const provider = {
      ...{ name: 'idp', tokenEndpoint: 'http://127.0.0.1:9/t', clientId: 'a', clientSecret: 's3cret' },
      ...{ tokenRequestInitialDelay: 1, tokenRequestMaxDelay: 2, requestTimeout: 300, socketTimeout: 4 },
    }
    expect((await stack.api.manage('POST', '/oauth/providers', provider)).status).toBe(201)
    const quotas = { messagesPerSecond: 0.5, bytesPerSecond: 1e12 }
    const facts = await stack.createTopic({
      ...{ name: `${group}.facts`, ack: 'ALL', maxMessageSize: 2048, quotas, idempotencyKeyRequired: true },
      ...{ respondAsync: 'ALWAYS', publishing: { blocked: true, reason: 'tests' }, trackingEnabled: true },
      ...{
        auth: { publishers: ['shop'], enabled: true },
        retentionTime: { duration: 3, retentionUnit: 'HOURS' },
      },
      offlineStorage: { enabled: true, retentionTime: { duration: 7 } },
      chaos: { mode: 'GLOBAL', globalPolicy: { probability: 1, delayFrom: 1, delayTo: 2 } },
    })
    await stack.createTopic({ name: `${group}.orders`, kind: 'COMMAND' })
    await stack.createTopic({ name: `${group}.prices`, compaction: 'KEY' })
    const retry = {
      ...{ windowSeconds: 7200, backoffMs: 20, backoffMultiplier: 1.5, fastAttempts: 3 },
      rules: [{ on: '429', then: 'retry', delayMs: 50 }],
    }
    await stack.createSubscription(facts, 'http://u:pa55@127.0.0.1:9/{n}', {
      ...{ name: 'serial', ordering: 'KEY', cloudEvents: 'binary', state: 'SUSPENDED', http2Enabled: true },
      ...{ retry: { ...retry, onKeyFailure: 'PARK' }, trackingMode: 'discardedOnly' },
      signing: { keys: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`] },
      subscriptionPolicy: { rate: 7, backoffMultiplier: 2.5, inflightSize: 5, sendingDelay: 3 },
      filters: [{ type: 'jsonpath', path: '$.n', matcher: '1', matchingStrategy: 'any' }],
      headers: [{ name: 'a', value: 'b' }],
      endpointAddressResolverMetadata: { zone: 'x', weight: 2, more: { n: [1] } },
      oAuthPolicy: { grantType: 'password', providerName: 'idp', username: 'u', password: 'p' },
      monitoringDetails: { severity: 'CRITICAL', reaction: 'call' },
      metricsConfig: { messageProcessing: { enabled: true, thresholdsMilliseconds: [10, 100] } },
    })
    await stack.createSubscription(facts, 'http://127.0.0.1:9/', {
      ...{ name: 'batch', deliveryType: 'BATCH', retry, state: 'SUSPENDED' },
      subscriptionPolicy: { batchSize: 7, batchTime: 50, batchVolume: 9_000, retryClientErrors: true },
    })
  }

  it('read every node, and would write the same members back', async () => {
    await makeAll()
    const session = await openTree(inject('zookeeper'))
    const tree = await readTree(session, stack.root).finally(() => session.stop())
    const kindOf = (path: string): string | undefined =>
      Object.entries({
        group: /^groups\/[^/]+$/,
        topic: /^groups\/[^/]+\/topics\/(facts|orders|prices)$/,
        subscription: /\/subscriptions\/(serial|batch)$/,
        provider: /^oauth-providers\/idp$/,
      }).find(([, pattern]) => pattern.test(path))?.[0]
    const nodes = [...tree].flatMap(([path, node]) => {
      const kind = kindOf(path)
      return kind === undefined ? [] : [[kind, node] as const]
    })
    const count = (kind: string): number => nodes.filter(each => each[0] === kind).length
    expect(['group', 'topic', 'subscription', 'provider'].map(count)).toEqual([1, 3, 2, 1])

    const written = await readByHermes([...nodes, ['subscription', Buffer.from('{"topicName":[]}')]])

    expect(written.at(-1)).toMatch(/^! /)
    expect(written.slice(0, -1).filter(each => each.startsWith('!'))).toEqual([])
    nodes.forEach(([, node], index) => {
      const ours = JSON.parse(node.toString()) as object
      expect(ours).toMatchObject(writtenByBoth(written[index]!, ours))
    })
    const membersOf = (at: number): string[] => Object.keys(JSON.parse(written[at] ?? '{}') as object)
    const first = (kind: string): number => nodes.findIndex(each => each[0] === kind)
    expect(membersOf(first('topic'))).toEqual(
      expect.arrayContaining(['name', 'owner', 'retentionTime', 'ack', 'contentType']),
    )
    expect(membersOf(first('subscription'))).toEqual(
      expect.arrayContaining([
        'endpoint',
        'state',
        'subscriptionPolicy',
        'filters',
        'deliveryType',
        'headers',
      ]),
    )
  })
})
