/**
 * Hermes' client library for Java, unmodified, publishes to Iris.
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

async function runProgram(): Promise<readonly Said[]> {
  const set = { directory: clientDir, what: "Hermes' client library", orElse: 'then run the test again' }
  const [{ java }, jars] = await Promise.all([javaServers(), checkedJars(set)])
  const type = avro.Type.forSchema(billSchema as unknown as avro.Schema, { wrapUnions: 'always' })
  const record = type.toBuffer({ n: 5, __metadata: null }).toString('base64')
  const addresses = [stack.frontends[0]!.url, proxy.url]
  const program = ['-cp', jars.join(delimiter), join(clientDir, 'HermesClientProgram.java')]
  const ran = await run(java, [...program, ...addresses, topics.json, topics.avro, record], programMs)
  if (ran.code !== 0) throw new Error(`The Java program ended with ${ran.code}: ${ran.output}`)
  return [...ran.output.matchAll(/^([a-z-]+) (\d{3}) (.*)$/gm)].map(
    ([, name = '', status, messageId = '']) => ({ name, status: Number(status), messageId }),
  )
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
