// pure
/**
 * The calls a producer makes: Produce version 8, InitProducerId version 1, and a topic's size limit.
 * Takes encoded batches by topic and partition. Gives Kafka's word on each of them.
 * Promises: batches are written from where they lie, without joining them.
 */
import type { ApiCall } from './connection.js'
import { failOn } from './kafka-error.js'
import { WireWriter, type WireReader } from './wire.js'

/** One batch of a request. */
export interface BatchToSend {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

/** Kafka's word on one batch. `baseOffset` is -1 unless stored. */
export interface PartitionAnswer {
  readonly topic: string
  readonly partition: number
  readonly code: number
  readonly detail: string | null
  readonly baseOffset: number
}

export interface ProduceLimits {
  readonly acks: -1 | 1
  /** How long Kafka may wait for replicas before it answers REQUEST_TIMED_OUT. */
  readonly replicasTimeoutMs: number
  readonly timeoutMs: number
}

/** One request for batches of any number of partitions led by one broker, at most one a partition. */
export function produceCall(
  batches: readonly BatchToSend[],
  limits: ProduceLimits,
): ApiCall<readonly PartitionAnswer[]> {
  const byTopic = groupByTopic(batches)
  const pieces: Buffer[] = []
  let fields = new WireWriter().nullableString(null).int16(limits.acks).int32(limits.replicasTimeoutMs)
  fields.arrayLength(byTopic.size)
  for (const [topic, group] of byTopic) {
    fields.string(topic).arrayLength(group.length)
    for (const { partition, bytes } of group) {
      pieces.push(fields.int32(partition).int32(bytes.length).toBuffer(), bytes)
      fields = new WireWriter(64)
    }
  }
  return {
    apiKey: 0,
    apiVersion: 8,
    apiName: 'Produce',
    body: pieces,
    timeoutMs: limits.timeoutMs,
    decode: decodeProduce,
  }
}

function groupByTopic(batches: readonly BatchToSend[]): ReadonlyMap<string, readonly BatchToSend[]> {
  const groups = new Map<string, BatchToSend[]>()
  for (const batch of batches) {
    const group = groups.get(batch.topic)
    if (group === undefined) groups.set(batch.topic, [batch])
    else group.push(batch)
  }
  return groups
}

function decodeProduce(answer: WireReader): readonly PartitionAnswer[] {
  const answers: PartitionAnswer[] = []
  for (let topics = answer.arrayLength(); topics > 0; topics--) {
    const topic = answer.string()
    for (let left = answer.arrayLength(); left > 0; left--) answers.push(decodePartition(topic, answer))
  }
  return answers // the throttle time that follows is Kafka's to enforce
}

function decodePartition(topic: string, answer: WireReader): PartitionAnswer {
  const partition = answer.int32()
  const code = answer.int16()
  const baseOffset = answer.int64()
  answer.int64() // append time
  answer.int64() // start of the log
  const records = answer.array(() => `record ${answer.int32()}: ${answer.nullableString() ?? 'refused'}`)
  const detail = answer.nullableString() ?? records[0] ?? null
  return { topic, partition, code, detail, baseOffset }
}

/** An identity that no other producer has. */
export function initProducerIdCall(
  timeoutMs: number,
): ApiCall<{ producerId: number; producerEpoch: number }> {
  return {
    apiKey: 22,
    apiVersion: 1,
    apiName: 'InitProducerId',
    body: new WireWriter().nullableString(null).int32(timeoutMs).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      failOn(answer.int16())
      return { producerId: answer.int64(), producerEpoch: answer.int16() }
    },
  }
}

const topicResource = 2
const batchLimitConfig = 'max.message.bytes'

/** The topic's `max.message.bytes`, which bounds a batch; null when Kafka does not say. */
export function batchLimitCall(topic: string, timeoutMs: number): ApiCall<number | null> {
  const body = new WireWriter().arrayLength(1).int8(topicResource).string(topic)
  body.arrayLength(1).string(batchLimitConfig).boolean(false)
  return {
    apiKey: 32,
    apiVersion: 1,
    apiName: 'DescribeConfigs',
    body: body.toBuffer(),
    timeoutMs,
    decode: decodeBatchLimit,
  }
}

function decodeBatchLimit(answer: WireReader): number | null {
  answer.int32() // throttle time
  if (answer.arrayLength() === 0) return null
  failOn(answer.int16(), answer.nullableString())
  answer.int8() // kind of resource
  answer.string()
  for (let left = answer.arrayLength(); left > 0; left--) {
    const name = answer.string()
    const value = Number(answer.nullableString())
    if (name === batchLimitConfig && Number.isSafeInteger(value) && value > 0) return value
    answer.skip(3) // read only, source, sensitive
    answer.array(() => [answer.string(), answer.nullableString(), answer.int8()]) // synonyms
  }
  return null
}
