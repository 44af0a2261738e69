/**
 * Kafka behind the ports of the use cases.
 * Takes the clients of `common/src/kafka`. Gives topics, groups and records. Promises: what Kafka did not do
 * becomes `BROKERS_CLUSTER_COMMUNICATION_EXCEPTION` with a sentence and the cause.
 */
import type { ScanEntries } from '@iris/common/dead-letters/letter-log'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { KafkaAdmin } from '@iris/common/kafka/admin'
import type { Cluster } from '@iris/common/kafka/cluster'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Offsets } from '@iris/common/kafka/offsets'
import type {
  KafkaGroups,
  KafkaMoves,
  KafkaProgress,
  KafkaRecord,
  KafkaRecords,
  KafkaSearch,
  KafkaTopics,
  LogPlace,
  PartitionPlace,
  OffsetRange,
} from './kafka-ports.js'

/** Reads entries of a partition in order. */
export type ReadEntries = (request: {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  readonly entriesMax: number
  readonly bytesMax: number
}) => Promise<readonly LogEntry[]>

export interface KafkaParts {
  readonly admin: KafkaAdmin
  readonly cluster: Cluster
  readonly offsets: Offsets
  readonly readEntries: ReadEntries
  readonly scanEntries: ScanEntries
}

/** Makes the port for topics. */
export function createKafkaTopics(parts: KafkaParts): KafkaTopics {
  const { admin } = parts
  return {
    isEmpty: name => orRefuse(`find the ends of topic ${name}`, isEmpty(parts, name)),
    describe: name => orRefuse(`describe topic ${name}`, admin.describeTopic(name)),
    names: () => orRefuse('list its topics', admin.listTopics()),
    create: ({ name, ...settings }) => orRefuse(`make topic ${name}`, admin.createTopic(name, settings)),
    async configure(name, configs) {
      await orRefuse(`change the settings of topic ${name}`, admin.alterConfigs(name, configs))
    },
    remove: name => orRefuse(`remove topic ${name}`, admin.deleteTopic(name)),
  }
}

async function isEmpty({ cluster, offsets }: KafkaParts, topic: string): Promise<boolean> {
  const partitions = await partitionsOf(cluster, topic)
  if (partitions === null) return true
  const [firsts, nexts] = await Promise.all([
    offsets.earliest(topic, partitions),
    offsets.latest(topic, partitions),
  ])
  return firsts.every(({ offset }, index) => offset === nexts[index]?.offset)
}

/** Makes the port for consumer groups. */
export function createKafkaGroups(parts: KafkaParts): KafkaGroups {
  const { offsets } = parts
  const startAt = async (groupId: string, topic: string, place: LogPlace): Promise<void> => {
    const starts = await offsetsAt(parts, topic, place)
    await offsets.commit(
      groupId,
      topic,
      starts.map(({ partition, offset }) => ({ partition, offset, metadata: '' })),
    )
  }
  return {
    startAt: (groupId, topic, place) =>
      orRefuse(`set the start of group ${groupId}`, startAt(groupId, topic, place)),
    remove: groupId => orRefuse(`delete group ${groupId}`, offsets.deleteGroup(groupId)),
    describe: groupId => orRefuse(`describe group ${groupId}`, offsets.describeGroup(groupId)),
  }
}

/** Makes the port for moving groups. */
export function createKafkaMoves(parts: KafkaParts): KafkaMoves {
  return {
    offsetsAt: (topic, place) => orRefuse(`find a place in topic ${topic}`, offsetsAt(parts, topic, place)),
    commit: (groupId, topic, rows) =>
      orRefuse(`move the offsets of group ${groupId}`, parts.offsets.commit(groupId, topic, rows)),
  }
}

/** Makes the port for progress. */
export function createKafkaProgress({ offsets }: KafkaParts): KafkaProgress {
  return {
    async committed(groupId, topic, partitions) {
      const rows = await orRefuse(
        `read the offsets of group ${groupId}`,
        offsets.fetch(groupId, topic, partitions),
      )
      return rows.map(({ offset }) => (offset < 0 ? null : offset))
    },
  }
}

/** Makes the port for records. */
export function createKafkaRecords(parts: KafkaParts): KafkaRecords {
  const range = async (topic: string, partition: number): ReturnType<KafkaRecords['range']> => {
    const partitions = await partitionsOf(parts.cluster, topic)
    if (partitions === null || !partitions.includes(partition)) return null
    const [first] = await parts.offsets.earliest(topic, [partition])
    const [next] = await parts.offsets.latest(topic, [partition])
    return first === undefined || next === undefined ? null : { first: first.offset, next: next.offset }
  }
  return {
    range: (topic, partition) => orRefuse(`find the ends of topic ${topic}`, range(topic, partition)),
    async read(topic, partition, fromOffset, bounds) {
      const request = { topic, partition, fromOffset, ...bounds }
      const entries = await orRefuse(`read topic ${topic}`, parts.readEntries(request))
      return entries.filter(entry => entry.problem === null).map(recordOf)
    },
  }
}

/** Bytes of one step of a search; Kafka gives up to so much at a time. */
const searchBytes = 4 * 1024 * 1024

/** Makes the port for searches. */
export function createKafkaSearch({ cluster, offsets, scanEntries }: KafkaParts): KafkaSearch {
  const ranges: KafkaSearch['ranges'] = async (topic, partitions, { fromMs, toMs }) => {
    const [firsts, nexts] = await Promise.all([
      fromMs === null ? offsets.earliest(topic, partitions) : offsets.atTime(topic, partitions, fromMs),
      toMs === null ? offsets.latest(topic, partitions) : offsets.atTime(topic, partitions, toMs),
    ])
    return partitions.map((_partition, index) => ({
      first: firsts[index]?.offset ?? 0,
      next: nexts[index]?.offset ?? 0,
    }))
  }
  const find = async (
    topic: string,
    partition: number,
    range: OffsetRange,
    wants: (record: KafkaRecord) => boolean,
  ): Promise<readonly KafkaRecord[]> => {
    const found: KafkaRecord[] = []
    let position = range.first
    while (position < range.next) {
      const scanned = await scanEntries({
        ...{ topic, partition, fromOffset: position, untilOffset: range.next },
        ...{ entriesMax: Infinity, bytesMax: searchBytes },
        wants: entry => entry.problem === null && wants(recordOf(entry)),
      })
      found.push(...scanned.entries.map(recordOf))
      if (scanned.position <= position) break
      position = scanned.position
    }
    return found
  }
  return {
    partitions: topic => orRefuse(`find topic ${topic}`, partitionsOf(cluster, topic)),
    ranges: (topic, partitions, time) =>
      orRefuse(`find the ends of topic ${topic}`, ranges(topic, partitions, time)),
    find: (topic, partition, range, wants) =>
      orRefuse(`search topic ${topic}`, find(topic, partition, range, wants)),
  }
}

async function offsetsAt(
  { cluster, offsets }: KafkaParts,
  topic: string,
  place: LogPlace,
): Promise<readonly PartitionPlace[]> {
  const partitions = await partitionsOf(cluster, topic)
  if (partitions === null) throw refusal('PARTITIONS_NOT_FOUND_FOR_TOPIC', { kafkaTopic: topic })
  // Below zero are Kafka's own words for the ends.
  if (place.kind === 'time') return offsets.atTime(topic, partitions, Math.max(0, place.timeMs))
  return place.kind === 'end' ? offsets.latest(topic, partitions) : offsets.earliest(topic, partitions)
}

/** Asked anew each time: partitions may have been added, and the topic may be an hour or a second old. */
export async function partitionsOf(cluster: Cluster, topic: string): Promise<readonly number[] | null> {
  await cluster.refresh([topic])
  return cluster.layout(topic)?.map(({ partition }) => partition) ?? null
}

function recordOf(entry: LogEntry): KafkaRecord {
  return {
    partition: entry.partition,
    offset: entry.offset,
    timestampMs: entry.timestampMs,
    key: entry.key,
    value: entry.value,
    header: name => entry.header(name),
  }
}

/** Runs a call and says in a sentence what Kafka did not do; a refusal of ours stays as it is. */
export async function orRefuse<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    if (cause instanceof HermesError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    const error = new HermesError(
      'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
      `Kafka could not ${what}: ${why}`,
    )
    error.cause = cause
    throw error
  }
}
