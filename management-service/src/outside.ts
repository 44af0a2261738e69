/**
 * What management reaches over the network: ZooKeeper and Kafka.
 * Takes their addresses and time limits. Gives the clients, and starts and stops them together.
 * Refuses to start with one sentence that names the servers when either does not answer in time.
 */
import { createKeyRing, type WatchedKeyRing } from '@iris/common/access/key-ring'
import { createAsker, type Asker } from '@iris/common/http/ask'
import type { OwnCertificate } from '@iris/common/http/pinned'
import { createKafkaAdmin } from '@iris/common/kafka/admin'
import { createCluster, type Cluster } from '@iris/common/kafka/cluster'
import { createOffsets } from '@iris/common/kafka/offsets'
import { readRange, scanRange } from '@iris/common/kafka/read-range'
import { createProducer, type Producer } from '@iris/common/kafka/producer'
import { openRegistry, type OpenRegistry } from '@iris/common/schema/open'
import { withDeadline } from '@iris/common/time/scheduler'
import { zooPaths, type ZooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { openVault } from '@iris/common/secrets/open-vault'
import type { Vault } from '@iris/common/secrets/vault'
import type { ManagementBase, ManagementConfig } from './base.js'
import type { KafkaParts } from './store/kafka.js'

export interface Outside {
  readonly session: ZooSession
  readonly paths: ZooPaths
  readonly kafka: KafkaParts
  /** For copies of dead letters and markers: acks=all whatever their topic says. */
  readonly producer: Producer
  /** For questions to the other processes. */
  readonly asker: Asker
  /** Null where no schema registry is configured. */
  readonly schemas: OpenRegistry | null
  readonly vault: Vault
  /** The API keys. */
  readonly keyRing: WatchedKeyRing
  /** What is told of the tree once it was looked at. */
  readonly tree: Tree
}

interface Tree {
  /** Whether Hermes' consumers have been here, and may come back to read what they wrote. */
  isOfHermes: boolean
}

/** An answer to a person comes sooner than this, or is 503. */
const zookeeperRequestTimeoutMs = 5_000
const metadataMaxAgeMs = 300_000
const offsetConnectionsPerBroker = 1
/** A tree that does not load at all is a failure. */
const loadTimeoutMs = 60_000
const closeTimeoutMs = 1_000
/** Copies and markers are few, and as small as the bodies of requests. */
const producerBytesMax = 16 * 1024 * 1024
const batchBytesMax = 12 * 1024 * 1024
const deliveryTimeoutMs = 120_000

/** Makes the clients. Nothing is connected yet. `own`: the certificate of the port, if it has one. */
export function createOutside(
  base: ManagementBase,
  config: ManagementConfig,
  own: OwnCertificate | null,
): Outside {
  const session = createZooSession(base, {
    servers: config.zookeeperServers,
    sessionTimeoutMs: config.zookeeperSessionTimeoutMs,
    connectTimeoutMs: config.zookeeperConnectTimeoutMs,
    requestTimeoutMs: zookeeperRequestTimeoutMs,
  })
  const kafka = createKafkaClients(base, config)
  const producer = createLetterProducer(base, config, kafka.cluster)
  const asker = createAsker(base.scheduler, own)
  const schemas = openRegistry({ ...base, metrics: null }, config, config.schemaDeletePathSuffix)
  const paths = zooPaths(config.zookeeperRoot)
  const keyRing = createKeyRing({ session, log: base.log }, paths.iris)
  const tree: Tree = { isOfHermes: false }
  const vault = openVault(config, () =>
    config.secretsEncrypt === 'auto' ? !tree.isOfHermes : config.secretsEncrypt === 'true',
  )
  return { session, paths, kafka, producer, asker, schemas, vault, tree, keyRing }
}

/** Connects both, and knows the API keys when it is done. */
export async function startOutside(base: ManagementBase, outside: Outside): Promise<void> {
  const { session, paths, kafka, producer, tree, keyRing } = outside
  await Promise.all([session.start(), kafka.cluster.start()])
  const keys = withDeadline(base.scheduler, loadTimeoutMs, 'loading API keys from ZooKeeper', keyRing.start())
  await Promise.all([session.ensure(paths.groups), producer.start(), keys])
  tree.isOfHermes = (await session.read(paths.hermesConsumers)) !== null
}

/** Closes both. What cannot be closed in time is left. */
export async function stopOutside(base: ManagementBase, outside: Outside): Promise<void> {
  const { session, kafka, producer, asker, schemas } = outside
  outside.keyRing.stop()
  const closeKafka = producer.stop(0).then(() => kafka.cluster.stop())
  const closing = Promise.all([closeKafka, session.stop(), asker.stop(), schemas?.stop()])
  try {
    await withDeadline(base.scheduler, closeTimeoutMs, 'closing Kafka and ZooKeeper', closing)
  } catch (error) {
    base.log.warn('management.notClosed', { error })
  }
}

function createKafkaClients(base: ManagementBase, config: ManagementConfig): KafkaParts {
  const requestTimeoutMs = config.kafkaTimeoutMs
  const cluster = createCluster(base, {
    brokers: config.kafkaBrokers,
    clientId: 'iris-management',
    connectTimeoutMs: config.kafkaConnectTimeoutMs,
    requestTimeoutMs,
    metadataMaxAgeMs,
  })
  const parts = { ...base, cluster }
  const deadlineMs = (): number => base.clock.monotonic() + requestTimeoutMs
  return {
    cluster,
    admin: createKafkaAdmin(parts, { requestTimeoutMs }),
    offsets: createOffsets(parts, { requestTimeoutMs, connectionsPerBroker: offsetConnectionsPerBroker }),
    readEntries: request => readRange(parts, { ...request, deadlineMs: deadlineMs() }),
    scanEntries: request => scanRange(parts, { ...request, deadlineMs: deadlineMs() }),
  }
}

function createLetterProducer(base: ManagementBase, config: ManagementConfig, cluster: Cluster): Producer {
  return createProducer(
    { ...base, cluster },
    {
      ...{ bufferBytesMax: producerBytesMax, batchBytesMax, acks: -1, isIdempotent: true },
      ...{ requestTimeoutMs: config.kafkaTimeoutMs, deliveryTimeoutMs },
    },
  )
}
