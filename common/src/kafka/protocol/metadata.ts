// pure
/**
 * The calls that find things in a Kafka cluster: Metadata version 5 and FindCoordinator version 2.
 * Takes topic names or a group id. Gives brokers, leaders, the controller, the coordinator.
 * Promises: never makes Kafka create a topic.
 */
import type { ApiCall } from './connection.js'
import { WireWriter, type WireReader } from './wire.js'

export interface BrokerAddress {
  readonly id: number
  readonly host: string
  readonly port: number
}

export interface TopicMetadata {
  readonly code: number
  readonly topic: string
  readonly partitions: readonly PartitionMetadata[]
}

export interface PartitionMetadata {
  readonly partition: number
  /** -1 while there is none. */
  readonly leader: number
  readonly replicaCount: number
  /** Replicas that are in sync, the leader included. */
  readonly inSyncCount: number
}

export interface ClusterMetadata {
  readonly brokers: readonly BrokerAddress[]
  /** -1 while there is none. */
  readonly controller: number
  readonly topics: readonly TopicMetadata[]
}

/** Brokers, controller and the given topics; an empty list asks for no topic, null for all. */
export function metadataCall(topics: readonly string[] | null, timeoutMs: number): ApiCall<ClusterMetadata> {
  const body = new WireWriter()
  body.arrayLength(topics === null ? null : topics.length)
  for (const topic of topics ?? []) body.string(topic)
  body.boolean(false)
  return {
    apiKey: 3,
    apiVersion: 5,
    apiName: 'Metadata',
    body: body.toBuffer(),
    timeoutMs,
    decode: decodeMetadata,
  }
}

function decodeMetadata(answer: WireReader): ClusterMetadata {
  answer.int32() // throttle time
  const brokers = answer.array(() => {
    const broker = { id: answer.int32(), host: answer.string(), port: answer.int32() }
    answer.nullableString() // rack
    return broker
  })
  answer.nullableString() // cluster id
  const controller = answer.int32()
  const topics = answer.array(() => {
    const code = answer.int16()
    const topic = answer.string()
    answer.boolean() // internal
    return { code, topic, partitions: answer.array(() => decodePartition(answer)) }
  })
  return { brokers, controller, topics }
}

function decodePartition(answer: WireReader): PartitionMetadata {
  answer.int16() // the code repeats what leader -1 says
  const place = { partition: answer.int32(), leader: answer.int32() }
  const replicaCount = skipBrokers(answer)
  const inSyncCount = skipBrokers(answer)
  skipBrokers(answer) // offline
  return { ...place, replicaCount, inSyncCount }
}

function skipBrokers(answer: WireReader): number {
  const count = answer.arrayLength()
  answer.skip(count * 4)
  return count
}

export interface CoordinatorAnswer {
  readonly code: number
  readonly detail: string | null
  readonly broker: BrokerAddress
}

/** The broker that keeps the group's offsets. */
export function findCoordinatorCall(groupId: string, timeoutMs: number): ApiCall<CoordinatorAnswer> {
  return {
    apiKey: 10,
    apiVersion: 2,
    apiName: 'FindCoordinator',
    body: new WireWriter().string(groupId).int8(0).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      const code = answer.int16()
      const detail = answer.nullableString()
      return { code, detail, broker: { id: answer.int32(), host: answer.string(), port: answer.int32() } }
    },
  }
}
