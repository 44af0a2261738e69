/**
 * Idempotency of one frontend: its shards with all that they need of Kafka and ZooKeeper.
 * Takes clients, settings and the company of the others. Gives the step for the pipeline, and its stop.
 * Promises: asks nothing of Kafka or ZooKeeper before the first key comes.
 */
import { createKafkaAdmin } from '@iris/common/kafka/admin'
import { idempotencyTopicName, kafkaNamespaceOf } from '@iris/common/kafka/names'
import { askForProducerId, createNumberedAppend } from '@iris/common/kafka/numbered-append'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { withDeadline } from '@iris/common/time/scheduler'
import { acquire } from '@iris/common/zookeeper/lock'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { Company } from '../fellows/company.js'
import type { Outside } from '../outside.js'
import { createFindMessage } from './find-message.js'
import { shardCount } from './key.js'
import { createKeyed, type Keyed, type KeyedParts } from './keyed.js'
import type { KeyedEvents, KeyFigures } from './keyed-publication.js'
import { createShardClaim, type ShardClaim } from './shard-claim.js'
import { createShards } from './shards.js'
import { createSlots } from './slots.js'
import { takeOver, type TakeOverParts } from './take-over.js'

export interface Idempotency {
  makeKeyed(events: KeyedEvents, surroundings: Pick<KeyedParts, 'room' | 'schedule'>): Keyed
  /** Gives the shards back, so that others can take them over at once; ends within a second. */
  stop(): Promise<void>
}

export interface IdempotencyParts {
  readonly outside: Pick<Outside, 'session' | 'cluster'>
  readonly company: Company
  readonly metrics: Metrics
}

const producerIdMs = 15_000
/** The longest that giving back shards takes. */
export const giveBackMs = 1_000
/** The share of its session after whose silence an owner begins nothing, before others can take over. */
const silenceShare = 2 / 3
const silent = 'ZooKeeper is silent, so that another frontend may own the key by now'
/** Kafka removes whole segments: a quarter of what is kept is the coarsest that is still fair. */
const segmentsMin = 4
const segmentMsMin = 60_000

/** Makes the idempotency of a frontend that has no shards yet. */
export function openIdempotency(
  base: FrontendBase,
  config: FrontendConfig,
  { outside, company, metrics }: IdempotencyParts,
): Idempotency {
  const { cluster, session } = outside
  const paths = zooPaths(config.zookeeperRoot).iris
  const topic = topicOf(config)
  const doubt = (): string | null =>
    session.silentMs() < session.sessionTimeoutMs() * silenceShare ? null : silent
  const onDefect = (error: unknown): void => base.log.error('idempotency.defect', { error })
  const askForId = (): ReturnType<typeof askForProducerId> =>
    askForProducerId({ ...base, cluster }, producerIdMs)
  const parts: TakeOverParts = {
    ...base,
    ...{ cluster, session, doubt, askForId },
    append: createNumberedAppend({ ...base, cluster }, config.kafkaRequestTimeoutMs),
    slots: createSlots(askForId, config.keyedInFlightMax),
    find: createFindMessage({ ...base, cluster }),
    ensureTopic: unless(
      () => cluster.layout(topic) !== undefined,
      () => ensureTopic({ ...base, cluster }, config, topic),
    ),
  }
  const claim = (index: number): ShardClaim => {
    const owner = company.fellows.self()?.id ?? ''
    const holder = { instance: owner, pid: process.pid }
    const lockPath = paths.idempotencyLock(config.kafkaClusterName, index)
    const path = paths.idempotencyNumbers(config.kafkaClusterName, index)
    const options = {
      ...{ topic, owner, entriesMax: config.keysMax, windowMs: config.keyWindowMs },
      deliveryTimeoutMs: config.deliveryTimeoutMs,
    }
    return createShardClaim(
      {
        ...base,
        acquire: signal => acquire({ session, ...base }, lockPath, holder, signal),
        takeOver: onLost => takeOver(parts, options, { index, path }, onLost),
      },
      index,
    )
  }
  const shards = createShards(company.fellows, claim)
  const figures = figuresOf(metrics, () => shards.served())
  return {
    makeKeyed: (events, { room, schedule }) =>
      createKeyed({ clock: base.clock, room, schedule, shards, company, figures, doubt, onDefect }, events),
    async stop() {
      try {
        await withDeadline(base.scheduler, giveBackMs, 'giving back shards of keys', shards.stop())
      } catch (error) {
        // Their locks go with the session.
        base.log.warn('idempotency.shardsLeft', { error })
      }
    },
  }
}

function topicOf(config: FrontendConfig): string {
  return idempotencyTopicName(kafkaNamespaceOf(config))
}

/** Makes the topic, or lengthens what it keeps to the window that is configured now. */
async function ensureTopic(
  parts: FrontendBase & { readonly cluster: Outside['cluster'] },
  config: FrontendConfig,
  topic: string,
): Promise<void> {
  const admin = createKafkaAdmin(parts, { requestTimeoutMs: config.kafkaRequestTimeoutMs })
  const segmentMs = Math.max(segmentMsMin, Math.floor(config.keyWindowMs / segmentsMin))
  const retentionMs = config.keyWindowMs + segmentMs
  const configs = {
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(retentionMs),
    'segment.ms': String(segmentMs),
  }
  const settings = { partitions: shardCount, replicationFactor: config.keyReplication, configs }
  const outcome = await admin.createTopic(topic, settings)
  if (outcome === 'created') return parts.log.info('idempotency.topicCreated', { topic, retentionMs })
  const present = await admin.describeTopic(topic)
  if (present?.partitions !== shardCount)
    throw new Error(
      `Kafka topic ${topic} must have ${shardCount} partitions, not ${present?.partitions ?? 0}`,
    )
  if (Number(present.configs['retention.ms'] ?? Infinity) < retentionMs)
    await admin.alterConfigs(topic, { 'retention.ms': String(retentionMs) })
}

/** Does the work once for all who ask meanwhile, and again when what it made is there no more. */
function unless(isThere: () => boolean, work: () => Promise<void>): () => Promise<void> {
  let isDone = false
  let doing: Promise<void> | null = null
  return () => {
    if (isDone && isThere()) return Promise.resolve()
    doing ??= work().then(
      () => {
        isDone = true
        doing = null
      },
      (error: unknown) => {
        doing = null
        throw error
      },
    )
    return doing
  }
}

function figuresOf(metrics: Metrics, served: () => readonly ShardClaim[]): KeyFigures {
  const refused = (reason: string): ReturnType<Metrics['counter']> =>
    metrics.counter(frontendMetrics.keyRefusals, reason)
  const keyCount = (): number => served().reduce((sum, each) => sum + (each.shard()?.size ?? 0), 0)
  metrics.gauge(frontendMetrics.keys, keyCount)
  metrics.gauge(frontendMetrics.keyShards, () => served().length)
  return {
    replays: metrics.counter(frontendMetrics.keyReplays),
    refusals: {
      ...{ busy: refused('busy'), differs: refused('differs') },
      ...{ full: refused('full'), unavailable: refused('unavailable') },
    },
  }
}
