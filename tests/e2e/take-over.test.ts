/**
 * Iris started on what Hermes left: the same subscriptions at the same offsets, and the way back.
 */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { run, type RunResult } from '@iris/local-stack/run'
import type { Admin, Consumer } from 'kafkajs'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import {
  billSchema,
  fillKafka,
  hermesGroupId,
  hermesNodes,
  hermesTopics,
  plainKafka,
} from '../support/hermes-installation.js'
import { createTopicsWithLeaders } from '../support/made-topics.js'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'
import { startTokenServer, type TokenServer } from '../support/token-server.js'
import { fingerprintOfTree, openTree, readTree, writeTree, type Nodes } from '../support/tree.js'

const partitions = 2
const { orders, bills, audit } = hermesTopics
const id = randomBytes(5).toString('hex')
const place = { root: `/hermes-${id}`, namespace: `hermes${id}` }
/** What Hermes had not delivered: the same numbers in each partition. */
const waiting = [5, 5, 6, 6, 7, 7]

let session: ZooSession
let registry: TestRegistry
let tokens: TokenServer
let subscriber: Subscriber
let admin: Admin
let contender: Consumer
let before: Nodes
/** What `npm run check:takeover` said before anything of Iris was started, and the tree around it. */
let checked: RunResult
let fingerprints: readonly string[]
let stack: TestStack

beforeAll(async () => {
  ;[session, registry, tokens, subscriber] = await Promise.all([
    openTree(inject('zookeeper')),
    startSchemaRegistry(),
    startTokenServer(),
    startSubscriber(),
  ])
  registry.add(bills, billSchema)
  const kafka = plainKafka(inject('kafka'), 'hermes-host_pl.shop')
  admin = await fillKafka(inject('kafka'), place.namespace, partitions)
  await writeTree(session, place.root, hermesNodes({ endpoint: subscriber.url, tokenEndpoint: tokens.url }))
  before = await readTree(session, place.root)
  // One of Hermes' consumers was forgotten.
  const groupId = hermesGroupId(place.namespace, orders, 'contested')
  contender = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await contender.connect()
  await contender.subscribe({ topic: `${place.namespace}_${orders}` })
  await contender.run({ eachMessage: () => Promise.resolve(), autoCommit: false })
  await eventually(async () =>
    expect((await admin.describeGroups([groupId])).groups[0]?.members).toHaveLength(1),
  )
  const forgotten = `${place.namespace}_pl.shop.forgotten`
  await createTopicsWithLeaders(admin, [{ topic: forgotten, numPartitions: 1 }])
  const fingerprint = await fingerprintOfTree(session, place.root)
  checked = await check('--root', place.root, '--allowed-networks', '127.0.0.0/8', '--json')
  fingerprints = [fingerprint, await fingerprintOfTree(session, place.root)]
  const schemas = { 'schema.repository.serverUrl': registry.url }
  // With a key at hand, secrets of a tree that Hermes reads stay readable all the same.
  const secrets = { 'secrets.keys': randomBytes(32).toString('base64') }
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper'), place },
    settings: {
      'frontend-service': schemas,
      'management-service': { ...schemas, ...secrets },
      'consumers-service': { ...schemas, ...secrets, 'consumer.workload.foreignMemberDelay': '1s' },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await Promise.all([contender.disconnect(), admin.disconnect(), session.stop()])
  await Promise.all([registry.stop(), tokens.stop(), subscriber.stop()])
})

/** Runs the check as `npm run check:takeover` does. */
function check(...words: readonly string[]): Promise<RunResult> {
  const program = fileURLToPath(new URL('../../management-service/dist/takeover/main.js', import.meta.url))
  const servers = ['--zookeeper', inject('zookeeper'), '--kafka', inject('kafka')]
  const namespace = ['--namespace', place.namespace]
  return run(process.execPath, [program, ...servers, ...namespace, ...words], 60_000)
}

/** The numbers that came for a subscription, in rising order; a batch brings several. */
const numbersOf = (name: string): number[] =>
  subscriber
    .received(`/${name}`)
    .flatMap(({ body }) =>
      [JSON.parse(body.toString()) as { n: number } | { message: { n: number } }[]].flat(),
    )
    .map(each => ('message' in each ? each.message.n : each.n))
    .sort((a, b) => a - b)

const nodeOf = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse((await session.read(`${place.root}/${path}`))?.data.toString() ?? '{}') as Record<
    string,
    unknown
  >

/** The status of a publish to a topic that the frontend may hear of in a moment. */
const published = (frontend: string, topic: string, n: number): Promise<number> =>
  eventually(async () => {
    const { status } = await fetch(`${frontend}/topics/${topic}`, {
      ...{ method: 'POST', body: `{"n":${n}}`, signal: AbortSignal.timeout(30_000) },
      headers: { 'Content-Type': 'application/json' },
    })
    expect(status).not.toBe(404)
    return status
  })

interface Row {
  readonly qualifiedName: string
  readonly notRunning: string | null
}
const notRunning = async (topic: string, name: string): Promise<string | null | undefined> => {
  const rows = (await (await fetch(`${stack.consumers[0]!.url}/status/subscriptions`)).json()) as Row[]
  return rows.find(each => each.qualifiedName === `${topic}$${name}`)?.notRunning
}

describe('the take-over check', () => {
  it('says what it understands and what needs attention, and writes nothing', () => {
    const { understood, findings } = JSON.parse(checked.output) as {
      readonly understood: object
      readonly findings: readonly {
        readonly severity: string
        readonly kind: string
        readonly place: string
      }[]
    }
    const attention = findings.filter(({ severity }) => severity === 'attention')

    expect(checked.code).toBe(1)
    expect(understood).toEqual({ groups: 2, topics: 3, subscriptions: 9, oAuthProviders: 1, constraints: 1 })
    expect(attention.map(({ kind, place: at }) => `${kind} ${at}`).sort()).toEqual([
      `filter subscription ${orders}$looking`,
      `member subscription ${orders}$contested`,
      `unsupported subscription ${orders}$queued`,
    ])
    expect(checked.output).toContain('client hermes-host_pl.shop at /127.0.0.1')
    expect(findings.map(({ place: at }) => at)).toEqual(
      expect.arrayContaining([
        ...[`${place.namespace}_pl.shop.forgotten`, 'monitoringDetails.runbook of subscriptions'],
        ...['consumers-workload', '1 client secrets of OAuth providers', '1 BATCH subscriptions'],
      ]),
    )
    expect(fingerprints[0]).toBe(fingerprints[1])
  })

  it('ends with 2 where there is no such tree', async () => {
    const { code, output } = await check('--root', '/no-such-root')

    expect([code, output]).toEqual([2, expect.stringContaining('has no node /no-such-root')])
  })
})

describe('Iris on the tree and the topics of Hermes', () => {
  it.each([
    ['SERIAL, with a filter', 'billing'],
    ['BATCH', 'batch_sums'],
    ['SERIAL, with a token of a provider', 'secured'],
    ['SERIAL, of an AVRO topic, that was never started', 'readers'],
    ['that an early version wrote', 'early'],
  ])(
    'delivers to a subscription %s what Hermes had not, once, and nothing before it',
    async (_what, name) => {
      await eventually(() => expect(numbersOf(name)).toEqual(waiting))
    },
  )

  it('goes on with what is published, sends tokens, and repeats nothing', async () => {
    for (const topic of [orders, bills, audit]) {
      const headers = { 'Content-Type': 'application/json' }
      expect((await stack.publish(topic, '{"n":100}', { headers })).status).toBe(201)
    }

    for (const name of ['billing', 'batch_sums', 'secured', 'readers', 'early'])
      await eventually(() => expect(numbersOf(name)).toEqual([...waiting, 100]))
    const sent = subscriber.received('/secured').map(({ headers }) => headers['authorization'])
    expect(new Set(sent)).toEqual(new Set(tokens.tokens().map(token => `Bearer ${token}`)))
    expect(numbersOf('sleeping')).toEqual([])
  })

  it('does not start what it cannot do as Hermes did, and says why', async () => {
    await eventually(async () => {
      expect(await notRunning(orders, 'looking')).toContain('cannot be matched in linear time')
      expect(await notRunning(orders, 'queued')).toContain('other protocols than http and https')
    })

    expect(numbersOf('looking')).toEqual([])
  })

  it('delivers nothing beside a consumer that was not stopped, names it, and begins when it has left', async () => {
    const named = /client hermes-host_pl\.shop at \/?127\.0\.0\.1/
    await eventually(async () => {
      const ready = await (await fetch(`${stack.consumers[0]!.url}/status/ready`)).text()
      expect(ready).toMatch(named)
      const why = await stack.api.manage('GET', `/topics/${orders}/subscriptions/contested/why`)
      expect(why.text).toMatch(named)
    })
    expect(numbersOf('contested')).toEqual([])

    await contender.disconnect()
    await eventually(() => expect(numbersOf('contested')).toEqual([...waiting, 100]))
  })

  it('keeps what only Hermes understands when it writes a definition over', async () => {
    const shop = 'groups/pl.shop/topics/orders'
    const description = 'said by Iris'
    const answers = [
      await stack.api.updateSubscription(orders, 'billing', { description }),
      await stack.api.manage('PUT', `/topics/${orders}`, { description }),
      await stack.api.manage('PUT', '/oauth/providers/idp', { requestTimeout: 6_000 }),
    ]

    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [200, ''],
      [200, ''],
      [200, ''],
    ])
    const was = JSON.parse(before.get(`${shop}/subscriptions/billing`)!.toString()) as object
    expect(await nodeOf(`${shop}/subscriptions/billing`)).toEqual({ ...was, description })
    expect(await nodeOf(shop)).toMatchObject({ description, labels: [{ value: 'billing' }] })
    expect(await nodeOf('oauth-providers/idp')).toMatchObject({
      ...{ requestTimeout: 6_000, audience: 'shop', clientSecret: 'sesame' },
    })
  })

  it('writes nothing else outside its own branch but counters, a state, and what it was asked to', async () => {
    const now = await readTree(session, place.root)

    const isCounter = /\/metrics(\/(published|volume|delivered|discarded))?$|\/undelivered$|\/preview$/
    const added = [...now.keys()].filter(path => !before.has(path) && !/^iris(\/|$)/.test(path))
    const working = new RegExp(`^groups/${stack.group}(/topics)?$|^storage-health(/|$)`)
    expect(added.filter(path => !isCounter.test(path) && !working.test(path))).toEqual([])
    const changed = [...before].filter(([path, data]) => now.get(path)?.equals(data) !== true)
    expect(
      changed
        .map(([path]) => path)
        .filter(path => !isCounter.test(path))
        .sort(),
    ).toEqual([
      'groups/pl.shop/topics/bills/subscriptions/readers', // PENDING -> ACTIVE
      'groups/pl.shop/topics/orders',
      'groups/pl.shop/topics/orders/subscriptions/billing',
      'oauth-providers/idp',
    ])
    const pending = JSON.parse(before.get('groups/pl.shop/topics/bills/subscriptions/readers')!.toString())
    expect(await nodeOf('groups/pl.shop/topics/bills/subscriptions/readers')).toEqual({
      ...pending,
      state: 'ACTIVE',
    })
  })

  it('serves all others beside nodes that are broken, of a megabyte, or of members that nobody knows', async () => {
    const topics = `${place.root}/groups/${stack.group}/topics`
    const node = (name: string, more: object): Buffer => {
      const was = JSON.parse(before.get('groups/pl.shop/topics/orders')!.toString()) as object
      return Buffer.from(JSON.stringify({ ...was, name: `${stack.group}.${name}`, ...more }))
    }
    const later = { later: { deep: [null, { n: 1 }] }, quota: 'much' }
    await session.ensure(topics)
    await session.create(`${topics}/broken`, Buffer.from('{"name":"'))
    await session.create(`${topics}/large`, node('large', { description: 'x'.repeat(1_046_000) }))
    await session.create(`${topics}/strange`, node('strange', later))
    const strange = `${stack.group}.strange`
    const kafkaTopic = `${place.namespace}_${strange}`
    await createTopicsWithLeaders(admin, [{ topic: kafkaTopic, numPartitions: 1 }])
    const subscriptions = `${topics}/strange/subscriptions`
    await session.ensure(subscriptions)
    await session.create(`${subscriptions}/broken`, Buffer.from('no'))
    await session.create(`${subscriptions}/large`, Buffer.from(`{"endpoint":"${'y'.repeat(1_046_000)}"}`))

    // Beside them: what is made now, what was there, and a frontend that is started on all of it.
    await stack.createSubscription(strange, `${subscriber.url}/strange`)
    const { url } = await stack.addFrontend()
    for (const topic of [strange, audit])
      for (const [n, frontend] of [stack.frontends[0]!.url, url].entries())
        expect(await published(frontend, topic, 300 + n)).toBe(201)
    await eventually(() => expect(numbersOf('strange')).toEqual([300, 301]))
    await eventually(() => expect(numbersOf('early')).toEqual([...waiting, 100, 300, 301]))

    const listed = await stack.api.manage('GET', `/topics?groupName=${stack.group}`)
    expect(JSON.parse(listed.text)).toEqual(expect.arrayContaining([strange]))
    const found = await stack.api.manage('POST', '/query/topics', { query: { name: strange } })
    expect(JSON.parse(found.text)).toMatchObject([{ name: strange }])
    const broken = await stack.api.manage('GET', `/topics/${stack.group}.broken`)
    expect([broken.status, broken.text]).toEqual([500, expect.stringContaining('does not hold JSON')])
    expect((await stack.api.manage('PUT', `/topics/${strange}`, { description: 'mended' })).status).toBe(200)
    expect(await nodeOf(`groups/${stack.group}/topics/strange`)).toMatchObject(later)
    expect((await stack.api.manage('GET', '/status/ready')).status).toBe(200)
  })

  it('hands back: after it has stopped, a plain consumer of the group begins where Iris ended', async () => {
    await Promise.all(stack.consumers.map(each => each.stop()))
    expect((await stack.publish(orders, '{"n":200}')).status).toBe(201)
    const got: string[] = []
    const hermes = plainKafka(inject('kafka'), 'hermes-again').consumer({
      groupId: hermesGroupId(place.namespace, orders, 'billing'),
      maxWaitTimeInMs: 100,
    })
    await hermes.connect()
    await hermes.subscribe({ topic: `${place.namespace}_${orders}`, fromBeginning: true })
    await hermes.run({ eachMessage: async ({ message }) => void got.push(String(message.value)) })

    const envelope =
      /^\{"_w":true,"metadata":\{"timestamp":\d{13},"id":"[0-9a-f-]{36}","externalMetadata":\{\}\},/
    await eventually(() => expect(got.at(-1)).toContain('"message":{"n":200}}'))
    await hermes.disconnect()
    expect(got).toEqual([expect.stringMatching(envelope)])
  })
})
