/**
 * An installation of Hermes at the moment its processes stop: its tree, its Kafka topics, its offsets.
 * Takes addresses of endpoints. Gives nodes with the texts that Hermes' versions write, and Kafka records in
 * its envelope, written by a client that is not ours.
 * Promises: shares no code with Iris' own writers, so that a mistake of theirs cannot hide in here.
 */
import { randomUUID } from 'node:crypto'
import avro from 'avsc'
import { Kafka, logLevel, type Admin } from 'kafkajs'
import { commitOffsets } from './commit-offsets.js'
import { eventually } from './eventually.js'
import type { Nodes } from './tree.js'

/** Where its things are. */
export interface HermesPlaces {
  /** Every subscription delivers to this and its name. */
  readonly endpoint: string
  readonly tokenEndpoint: string
}

/** The topics of the installation. */
export const hermesTopics = { orders: 'pl.shop.orders', bills: 'pl.shop.bills', audit: 'old.audit' } as const
/** What only the AVRO topic's registry knows. */
export const billSchema = {
  type: 'record',
  name: 'Bill',
  fields: [
    { name: 'n', type: 'int' },
    { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null },
  ],
} as const

const owner = { source: 'Plaintext', id: 'Shop Team' }

/** A topic as the newest Hermes writes it. */
const topicNode = (name: string, contentType: string): object => ({
  name,
  ...{ description: `About ${name}`, owner, retentionTime: { duration: 1, retentionUnit: 'DAYS' } },
  ...{ jsonToAvroDryRun: false, ack: 'LEADER', fallbackToRemoteDatacenterEnabled: false },
  chaos: { mode: 'DISABLED', datacenterPolicies: {} },
  ...{ trackingEnabled: false, migratedFromJsonType: false, contentType, maxMessageSize: 51_200 },
  auth: { publishers: [], enabled: false, unauthenticatedAccessEnabled: true },
  subscribingRestricted: false,
  offlineStorage: { enabled: false, retentionTime: { duration: 60, infinite: false } },
  // What a later or a patched Hermes may have.
  labels: [{ value: 'billing' }],
})

/** A subscription as the newest Hermes writes it. */
const subscriptionNode = (topicName: string, name: string, members: object): object => ({
  topicName,
  name,
  ...{ state: 'ACTIVE', description: `About ${name}` },
  subscriptionPolicy: {
    ...{ rate: 400, messageTtl: 3600, messageBackoff: 100, requestTimeout: 10_000, socketTimeout: 0 },
    ...{ sendingDelay: 0, backoffMultiplier: 1.0, backoffMaxIntervalInSec: 600, retryClientErrors: false },
    backoffMaxIntervalMillis: 600_000,
  },
  ...{ trackingEnabled: false, trackingMode: 'trackingOff', owner },
  monitoringDetails: { severity: 'NON_IMPORTANT', reaction: '' },
  ...{ contentType: 'JSON', deliveryType: 'SERIAL', filters: [], mode: 'ANYCAST', headers: [] },
  endpointAddressResolverMetadata: {},
  ...{ http2Enabled: false, profilingEnabled: false, profilingThresholdMs: 0 },
  ...{ subscriptionIdentityHeadersEnabled: false, autoDeleteWithTopicEnabled: false },
  metricsConfig: { messageProcessing: { thresholdsMilliseconds: [], enabled: false } },
  ...members,
})

/** Names and the members that matter of the subscriptions of `orders`. */
function ordersSubscriptions({ endpoint }: HermesPlaces): Readonly<Record<string, object>> {
  const jsonpath = (matcher: string): object => ({ type: 'jsonpath', path: '$.n', matcher })
  return {
    billing: {
      endpoint: `${endpoint}/billing`,
      filters: [jsonpath('\\d+')],
      // Members of nobody that we know, at two depths.
      escalation: { to: 'night shift', afterMinutes: 5 },
      monitoringDetails: { severity: 'CRITICAL', reaction: 'call', runbook: 'http://wiki.test/billing' },
    },
    batch_sums: {
      endpoint: `${endpoint}/batch_sums`,
      deliveryType: 'BATCH',
      subscriptionPolicy: {
        ...{ messageTtl: 60, messageBackoff: 500, requestTimeout: 30_000, batchSize: 100 },
        ...{ batchTime: 200, batchVolume: 64_000, retryClientErrors: false },
      },
    },
    secured: {
      endpoint: `${endpoint}/secured`,
      oAuthPolicy: { grantType: 'clientCredentials', providerName: 'idp' },
    },
    sleeping: { endpoint: `${endpoint}/sleeping`, state: 'SUSPENDED' },
    looking: { endpoint: `${endpoint}/looking`, filters: [jsonpath('(?!9).*')] },
    queued: { endpoint: 'jms://queue.test/orders' },
    contested: { endpoint: `${endpoint}/contested` },
  }
}

/** The tree, Hermes' own working nodes included. */
export function hermesNodes(places: HermesPlaces): Nodes {
  const { orders, bills, audit } = hermesTopics
  const topicPath = (topic: string): string => {
    const dot = topic.lastIndexOf('.')
    return `groups/${topic.slice(0, dot)}/topics/${topic.slice(dot + 1)}`
  }
  const texts: Record<string, string | object | Buffer> = {
    'groups/pl.shop': { groupName: 'pl.shop' },
    // An early version: groups had more members, things of today are missing.
    'groups/old': { groupName: 'old', supportTeam: 'Shop', technicalOwner: 'x', contact: 'x@shop.test' },
    [topicPath(orders)]: topicNode(orders, 'JSON'),
    [`${topicPath(orders)}/metrics/published`]: counter(8),
    [`${topicPath(orders)}/preview`]: '[]',
    [topicPath(bills)]: topicNode(bills, 'AVRO'),
    [`${topicPath(bills)}/subscriptions/readers`]: subscriptionNode(bills, 'readers', {
      endpoint: `${places.endpoint}/readers`,
      state: 'PENDING',
    }),
    [topicPath(audit)]: {
      ...{ name: audit, retentionTime: { duration: 2 }, contentType: 'JSON', ack: 'ALL' },
      ...{ description: '', validation: false, messageSchema: '{}', validationDryRun: false },
    },
    [`${topicPath(audit)}/subscriptions/early`]: {
      ...{ topicName: audit, name: 'early', endpoint: `${places.endpoint}/early`, state: 'ACTIVE' },
      // Tracking in one word came later; the policy was of another shape once.
      ...{ trackingEnabled: true, supportTeam: 'Shop', contact: 'x', deliveryType: null },
      subscriptionPolicy: { rate: 100, messageTtl: 60, requestTimeout: 10_000, burst: 3 },
    },
    'oauth-providers/idp': {
      ...{ name: 'idp', tokenEndpoint: places.tokenEndpoint, clientId: 'shop', clientSecret: 'sesame' },
      ...{
        tokenRequestInitialDelay: 100,
        tokenRequestMaxDelay: 1000,
        requestTimeout: 5000,
        socketTimeout: 0,
      },
      audience: 'shop',
    },
    [`consumers-workload-constraints/${orders}`]: { consumersNumber: 1, reason: 'order' },
    'consumers-registry/primary-dc/nodes': '',
    'consumers-registry/primary-dc/leader/_c_1-latch-0000000001': 'host_test$1',
    // Assignments and rates in the binary form of Hermes; the process that they belong to is gone.
    'consumers-workload/primary-dc/runtime-bin/host_test$1': Buffer.from('0000010002000000080000', 'hex'),
    'consumers-rate/primary-dc/runtime-bin/host_test$1/max-rate': Buffer.from('0000010001000000', 'hex'),
    'datacenter-readiness': { datacenters: [{ datacenter: 'dc', status: 'READY' }] },
    'inactive-topics': '[]',
  }
  for (const [name, members] of Object.entries(ordersSubscriptions(places)))
    texts[`${topicPath(orders)}/subscriptions/${name}`] = subscriptionNode(orders, name, members)
  const bytes = (value: string | object | Buffer): Buffer =>
    Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return new Map(Object.entries(texts).map(([path, value]) => [path, bytes(value)]))
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

/** Subscriptions with the topic whose group they read with. */
export const hermesSubscriptions: readonly (readonly [topic: string, name: string])[] = [
  ...['billing', 'batch_sums', 'secured', 'sleeping', 'looking', 'queued', 'contested'].map(
    name => [hermesTopics.orders, name] as const,
  ),
  [hermesTopics.bills, 'readers'],
  [hermesTopics.audit, 'early'],
]

/** The consumer group of a subscription, by the rule that Hermes' sources give. */
export function hermesGroupId(namespace: string, topic: string, name: string): string {
  const dot = topic.lastIndexOf('.')
  const parts = [topic.slice(0, dot), topic.slice(dot + 1), name].map(part => part.replaceAll('_', '__'))
  return `${namespace}_${parts.join('_')}`
}

/** Numbers `{"n":0}` to `{"n":behind - 1}` were delivered by Hermes, the rest up to `total` waits. */
export const hermesBacklog = { behind: 5, total: 8 } as const

/** Fills Kafka; `partitions` a topic, the same numbers in each. */
export async function fillKafka(broker: string, namespace: string, partitions: number): Promise<Admin> {
  const kafka = plainKafka(broker, 'hermes-frontend')
  const admin = kafka.admin()
  // Repeats of its own would store a batch twice where an answer is late.
  const producer = kafka.producer({ retry: { retries: 0 } })
  await Promise.all([admin.connect(), producer.connect()])
  const topics = Object.values(hermesTopics)
  // Its own wait for leaders gives up at a broker that does not know the topics yet; sending is repeated.
  await admin.createTopics({
    waitForLeaders: false,
    topics: topics.map(topic => ({ topic: `${namespace}_${topic}`, numPartitions: partitions })),
  })
  const everywhere = Array.from({ length: partitions }, (_, partition) => partition)
  const numbers = Array.from({ length: hermesBacklog.total }, (_, n) => n)
  const places = topics.flatMap(topic => everywhere.map(partition => ({ topic, partition })))
  for (const { topic, partition } of places) {
    const record = topic === hermesTopics.bills ? avroRecord : jsonRecord
    const name = `${namespace}_${topic}`
    await eventually(async () => {
      const ends = await admin.fetchTopicOffsets(name)
      const isFull = ends.find(each => each.partition === partition)?.high === String(numbers.length)
      if (!isFull)
        await producer.send({ topic: name, messages: numbers.map(n => ({ partition, ...record(n) })) })
    })
  }
  await producer.disconnect()
  await commitOffsets(
    broker,
    hermesSubscriptions.map(([topic, name]) => ({
      groupId: hermesGroupId(namespace, topic, name),
      topic: `${namespace}_${topic}`,
      offsets: everywhere.map(partition => ({ partition, offset: hermesBacklog.behind, metadata: '' })),
    })),
  )
  return admin
}

/** A client of Kafka that is not ours. */
export function plainKafka(broker: string, clientId: string): Kafka {
  return new Kafka({ brokers: [broker], clientId, logLevel: logLevel.NOTHING })
}

interface HermesRecord {
  readonly value: Buffer
  readonly headers: Readonly<Record<string, Buffer>>
}

function jsonRecord(n: number): HermesRecord {
  const id = randomUUID()
  const head = `{"_w":true,"metadata":{"timestamp":${Date.now()},"id":"${id}","externalMetadata":{}},"message":`
  return { value: Buffer.from(`${head}{"n":${n}}}`), headers: { id: Buffer.from(id) } }
}

function avroRecord(n: number): HermesRecord {
  const id = randomUUID()
  const type = avro.Type.forSchema(billSchema as unknown as avro.Schema, { wrapUnions: 'always' })
  const metadata = { map: { messageId: id, timestamp: String(Date.now()) } }
  const version = Buffer.alloc(4)
  version.writeInt32BE(1)
  return { value: type.toBuffer({ n, __metadata: metadata }), headers: { id: Buffer.from(id), sv: version } }
}
