/**
 * What the consumers reach over the network: ZooKeeper, Kafka, and the subscribers' endpoints.
 * Takes addresses and limits. Gives the clients, and starts and stops them together.
 * Refuses to start with one sentence that names the servers when ZooKeeper or Kafka does not answer in time.
 */
import { createForwardSeal, type ForwardSeal } from '@iris/common/access/forward-seal'
import type { HttpClient } from '@iris/common/http/client'
import { createKafkaAdmin, type KafkaAdmin } from '@iris/common/kafka/admin'
import { createCluster, type Cluster } from '@iris/common/kafka/cluster'
import { createOffsets, type Offsets } from '@iris/common/kafka/offsets'
import { createProducer, type Producer } from '@iris/common/kafka/producer'
import { createLogReader, logReaderDefaults, type LogReader } from '@iris/common/kafka/reader'
import type { Metrics } from '@iris/common/metrics/registry'
import { openRegistry, type OpenRegistry } from '@iris/common/schema/open'
import { withDeadline } from '@iris/common/time/scheduler'
import { openTraceWriter } from '@iris/common/trace/open'
import type { TraceWriter } from '@iris/common/trace/writer'
import { openTracing, type OpenTracing } from '@iris/common/tracing/open'
import { openVault } from '@iris/common/secrets/open-vault'
import type { Vault } from '@iris/common/secrets/vault'
import { createDefinitions, type Definitions } from '@iris/common/zookeeper/definitions'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import type { ConsumersBase, ConsumersConfig } from './base.js'
import { createEndpoints } from './endpoints.js'
import type { Names } from './delivery/send/hosts.js'

export interface Outside {
  readonly session: ZooSession
  readonly definitions: Definitions
  /** Of what is forwarded to other topics. */
  readonly seals: ForwardSeal
  /** Opens the secrets of definitions and tasks. */
  readonly vault: Pick<Vault, 'open'>
  readonly cluster: Cluster
  readonly offsets: Offsets
  readonly reader: LogReader
  readonly admin: KafkaAdmin
  /** For dead letters, delays and scheduled messages: acks=all whatever their topic says. */
  readonly producer: Producer
  /** Null where traces are switched off. */
  readonly traces: TraceWriter | null
  /** Null where no collector is named. */
  readonly tracing: OpenTracing | null
  /** Null where no schema registry is configured. */
  readonly schemas: OpenRegistry | null
  readonly client: HttpClient
  readonly frontendClient: HttpClient
  readonly names: Names
}

const zookeeperRequestTimeoutMs = 5_000
const loadTimeoutMs = 60_000
const closeTimeoutMs = 1_000
const traceDrainMs = 500
const adminTimeoutMs = 20_000
/** Dead letters are few; what they wait for is Kafka, and then nothing else moves either. */
const deadLetterBytesMax = 32 * 1024 * 1024
/** The largest message that Hermes allows, with its envelope and our headers. */
const deadLetterBatchBytesMax = 12 * 1024 * 1024
const deliveryTimeoutMs = 120_000

/** Makes the clients. Nothing is connected yet. */
export function createOutside(base: ConsumersBase, config: ConsumersConfig, metrics: Metrics): Outside {
  const session = createZooSession(base, {
    servers: config.zookeeperServers,
    sessionTimeoutMs: config.zookeeperSessionTimeoutMs,
    connectTimeoutMs: config.zookeeperConnectTimeoutMs,
    requestTimeoutMs: zookeeperRequestTimeoutMs,
  })
  const cluster = createCluster(base, {
    brokers: config.kafkaBrokers,
    clientId: 'iris-consumers',
    connectTimeoutMs: config.kafkaConnectTimeoutMs,
    requestTimeoutMs: config.kafkaRequestTimeoutMs,
    metadataMaxAgeMs: config.metadataMaxAgeMs,
  })
  const parts = { ...base, cluster }
  const requestTimeoutMs = config.kafkaRequestTimeoutMs
  const { fetchWaitMs, partitionBytesMax, cacheBytesMax } = config
  const definitionOptions = { root: config.zookeeperRoot, depth: 'subscriptions' } as const
  return {
    session,
    definitions: createDefinitions({ session, log: base.log }, definitionOptions),
    seals: createForwardSeal(session, zooPaths(config.zookeeperRoot).iris),
    vault: openVault(config),
    cluster,
    offsets: createOffsets(parts, { requestTimeoutMs, connectionsPerBroker: config.commitConnections }),
    reader: createLogReader(parts, { ...logReaderDefaults, fetchWaitMs, partitionBytesMax, cacheBytesMax }),
    admin: createKafkaAdmin(parts, { requestTimeoutMs: adminTimeoutMs }),
    producer: createProducer(parts, {
      bufferBytesMax: deadLetterBytesMax,
      batchBytesMax: deadLetterBatchBytesMax,
      requestTimeoutMs,
      deliveryTimeoutMs,
      acks: -1,
      isIdempotent: true,
    }),
    traces: openTraceWriter({ ...parts, metrics }, config),
    tracing: openTracing({ ...base, metrics }, config, 'iris-consumers'),
    schemas: openRegistry({ ...base, metrics }, config),
    ...createEndpoints(base, config),
  }
}

/** Connects ZooKeeper and Kafka, and loads the definitions. */
export async function startOutside(base: ConsumersBase, outside: Outside): Promise<void> {
  const { session, seals, definitions, cluster, producer, traces, reader } = outside
  const load = async (): Promise<void> => {
    await session.start()
    const loading = seals.start().then(() => definitions.start())
    await withDeadline(base.scheduler, loadTimeoutMs, 'loading definitions from ZooKeeper', loading)
  }
  const connect = async (): Promise<void> => {
    await cluster.start()
    await Promise.all([producer.start(), traces?.start()])
    reader.start()
  }
  await Promise.all([load(), connect()])
}

/** Closes everything. What cannot be closed in time is left. */
export async function stopOutside(base: ConsumersBase, outside: Outside): Promise<void> {
  const { session, definitions, cluster, producer, traces, tracing, schemas, reader, client } = outside
  definitions.stop()
  outside.seals.stop()
  client.stop()
  const closing = async (): Promise<void> => {
    await Promise.all([reader.stop(), producer.stop(0), traces?.stop(traceDrainMs), session.stop()])
    await Promise.all([schemas?.stop(), tracing?.stop(traceDrainMs)])
    await cluster.stop()
  }
  try {
    await withDeadline(base.scheduler, closeTimeoutMs, 'closing Kafka and ZooKeeper', closing())
  } catch (error) {
    base.log.warn('consumers.notClosed', { error })
  }
}
