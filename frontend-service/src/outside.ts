/**
 * What the frontend reaches over the network: ZooKeeper and Kafka.
 * Takes their addresses and time limits. Gives the clients, and starts and stops them together. Refuses to
 * start with one sentence that names the servers when either does not answer in time, but for Kafka where a
 * frontend is of use without it.
 */
import { createForwardSeal, type ForwardSeal } from '@iris/common/access/forward-seal'
import { createKeyRing, type WatchedKeyRing } from '@iris/common/access/key-ring'
import { openAccess, type OpenAccess } from '@iris/common/access/open'
import { createCluster, type Cluster } from '@iris/common/kafka/cluster'
import type { Metrics } from '@iris/common/metrics/registry'
import { openRegistry, type OpenRegistry } from '@iris/common/schema/open'
import { sleep, withDeadline } from '@iris/common/time/scheduler'
import { openTraceWriter } from '@iris/common/trace/open'
import type { TraceWriter } from '@iris/common/trace/writer'
import { openTracing, type OpenTracing } from '@iris/common/tracing/open'
import { createDefinitions, type Definitions } from '@iris/common/zookeeper/definitions'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { createSchemaBook, type SchemaBook } from './topics/schema-book.js'
import type { FrontendBase, FrontendConfig } from './base.js'
import { createKafkaRoutes, type KafkaRoutes } from './kafka-routes.js'

export interface Outside {
  /** Aborted when a stop begins. */
  readonly stopping: AbortController
  readonly session: ZooSession
  readonly definitions: Definitions
  /** Tells what the consumers forward from what anybody publishes. */
  readonly seal: ForwardSeal
  readonly cluster: Cluster
  readonly kafka: KafkaRoutes
  /** Null where traces are switched off. */
  readonly traces: TraceWriter | null
  /** Null where no collector is named. */
  readonly tracing: OpenTracing | null
  /** The JSON Schemas of topics. */
  readonly book: SchemaBook
  /** Null where no schema registry is configured. */
  readonly schemas: OpenRegistry | null
  /** API keys and tokens; null where callers are not asked who they are. */
  readonly access: (OpenAccess & { readonly keys: WatchedKeyRing }) | null
}

const zookeeperRequestTimeoutMs = 5_000
/** Definitions of a large installation take a while; a tree that does not load at all is a failure. */
const loadTimeoutMs = 60_000
const kafkaAgainMs = 1_000
/** The longest that closing takes once the producers are drained. */
export const closeTimeoutMs = 1_000
const traceDrainMs = 500

/** Makes the clients. Nothing is connected yet. */
export function createOutside(base: FrontendBase, config: FrontendConfig, metrics: Metrics): Outside {
  const session = createZooSession(base, {
    servers: config.zookeeperServers,
    sessionTimeoutMs: config.zookeeperSessionTimeoutMs,
    connectTimeoutMs: config.zookeeperConnectTimeoutMs,
    requestTimeoutMs: zookeeperRequestTimeoutMs,
  })
  const cluster = createCluster(base, {
    brokers: config.kafkaBrokers,
    clientId: 'iris-frontend',
    connectTimeoutMs: config.kafkaConnectTimeoutMs,
    requestTimeoutMs: config.kafkaRequestTimeoutMs,
    metadataMaxAgeMs: config.metadataMaxAgeMs,
  })
  const options = { root: config.zookeeperRoot, depth: 'topics' } as const
  return {
    stopping: new AbortController(),
    session,
    definitions: createDefinitions({ session, log: base.log }, options),
    seal: createForwardSeal(session, zooPaths(config.zookeeperRoot).iris),
    cluster,
    kafka: createKafkaRoutes({ ...base, cluster, metrics }, config),
    traces: openTraceWriter({ ...base, cluster, metrics }, config),
    tracing: openTracing({ ...base, metrics }, config, 'iris-frontend'),
    book: createSchemaBook({ session, log: base.log }, zooPaths(config.zookeeperRoot).iris),
    schemas: openRegistry({ ...base, metrics }, config),
    access: accessOf(base, config, session),
  }
}

function accessOf(base: FrontendBase, config: FrontendConfig, session: ZooSession): Outside['access'] {
  if (!config.isAuthenticating || (!config.areApiKeysTaken && config.tokenIssuer === '')) return null
  const keys = createKeyRing({ session, log: base.log }, zooPaths(config.zookeeperRoot).iris)
  return { ...openAccess({ ...base, keys }, config), keys }
}

/**
 * Connects both. `onKafka` is told as soon as Kafka has answered. A frontend that `mayLackKafka` is of use
 * without it: there Kafka is asked until it answers, and nobody waits for that.
 */
export async function startOutside(
  base: FrontendBase,
  outside: Outside,
  { onKafka, mayLackKafka }: { readonly onKafka: () => void; readonly mayLackKafka: boolean },
): Promise<void> {
  const { session, definitions, cluster, kafka, traces } = outside
  const load = (what: string, loading: Promise<void>): Promise<void> =>
    withDeadline(base.scheduler, loadTimeoutMs, `loading ${what} from ZooKeeper`, loading)
  const loadTopics = async (): Promise<void> => {
    await session.start()
    // Before any topic is known, so before anything is published.
    await load('the secret of forwards', outside.seal.start())
    await load('topics', definitions.start())
    await load('JSON Schemas', outside.book.start())
    if (outside.access !== null) await load('API keys', outside.access.keys.start())
  }
  const connectKafka = async (): Promise<void> => {
    await cluster.start()
    await Promise.all([kafka.start(), traces?.start()])
    onKafka()
  }
  const isStopping = (): boolean => outside.stopping.signal.aborted
  const connectInTheEnd = async (): Promise<void> => {
    while (!isStopping()) {
      try {
        return await connectKafka()
      } catch (error) {
        if (!isStopping()) base.log.warn('frontend.kafkaAway', { error })
        await sleep(base.scheduler, kafkaAgainMs)
      }
    }
  }
  if (mayLackKafka) void connectInTheEnd()
  await Promise.all([loadTopics(), mayLackKafka ? null : connectKafka()])
}

/**
 * Lets the producers finish for up to `drainMs`, then closes everything. What cannot be closed in time is
 * left.
 */
export async function stopOutside(base: FrontendBase, outside: Outside, drainMs: number): Promise<void> {
  const { session, definitions, cluster, kafka, traces, tracing, schemas } = outside
  outside.stopping.abort()
  definitions.stop()
  outside.seal.stop()
  outside.book.stop()
  outside.access?.keys.stop()
  await kafka.stop(drainMs)
  const closeKafka = async (): Promise<void> => {
    await traces?.stop(traceDrainMs)
    await cluster.stop()
  }
  const others = [session.stop(), schemas?.stop(), outside.access?.stop(), tracing?.stop(traceDrainMs)]
  const closing = Promise.all([closeKafka(), ...others])
  try {
    await withDeadline(base.scheduler, closeTimeoutMs, 'closing Kafka and ZooKeeper', closing)
  } catch (error) {
    base.log.warn('frontend.notClosed', { error })
  }
}
