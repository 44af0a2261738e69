// pure
/**
 * The call that reads logs: Fetch 11, with or without a session.
 * Takes places (partition, offset, bytes). Gives each partition's records as a view of the answer.
 * Promises: reads uncommitted records, as Hermes does; never asks for a replica other than the leader.
 */
import type { ApiCall } from './protocol/connection.js'
import { WireWriter, type WireReader } from './protocol/wire.js'

/** One partition of one topic. */
export interface PartitionName {
  readonly topic: string
  readonly partition: number
}

/** From where to read a partition, and how much. */
export interface FetchPlace extends PartitionName {
  readonly offset: number
  readonly bytesMax: number
}

export interface FetchRequest {
  /** How long Kafka may wait for the first byte. */
  readonly waitMs: number
  readonly bytesMax: number
  /** 0 and -1: no session is made. */
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly places: readonly FetchPlace[]
  /** Partitions that leave the session. */
  readonly forgotten: readonly PartitionName[]
}

export interface FetchedPartition extends PartitionName {
  readonly code: number
  /** The high watermark; -1 with an error. */
  readonly endOffset: number
  readonly records: Buffer
}

export interface FetchAnswer {
  readonly code: number
  readonly sessionId: number
  readonly partitions: readonly FetchedPartition[]
}

/** A request outside any session. */
export const sessionless = { sessionId: 0, sessionEpoch: -1, forgotten: [] } as const

const noRecords = Buffer.alloc(0)

/** Makes the call. The answer may take `timeoutMs` beyond the wait asked for. */
export function fetchCall(request: FetchRequest, timeoutMs: number): ApiCall<FetchAnswer> {
  const body = new WireWriter(128 + (request.places.length + request.forgotten.length) * 48)
  body.int32(-1).int32(request.waitMs).int32(1).int32(request.bytesMax).int8(0)
  body.int32(request.sessionId).int32(request.sessionEpoch)
  eachTopic(body, request.places, ({ partition, offset, bytesMax }) => {
    body.int32(partition).int32(-1).int64(offset).int64(-1).int32(bytesMax)
  })
  eachTopic(body, request.forgotten, ({ partition }) => void body.int32(partition))
  body.string('') // rack
  return {
    apiKey: 1,
    apiVersion: 11,
    apiName: 'Fetch',
    body: body.toBuffer(),
    timeoutMs: request.waitMs + timeoutMs,
    decode: decodeFetch,
  }
}

function eachTopic<P extends PartitionName>(
  body: WireWriter,
  places: readonly P[],
  write: (place: P) => void,
): void {
  const topics = new Map<string, P[]>()
  for (const place of places) {
    const others = topics.get(place.topic)
    if (others === undefined) topics.set(place.topic, [place])
    else others.push(place)
  }
  body.arrayLength(topics.size)
  for (const [topic, group] of topics) body.string(topic).array(group, write)
}

function decodeFetch(answer: WireReader): FetchAnswer {
  answer.int32() // throttle time
  const code = answer.int16()
  const sessionId = answer.int32()
  const partitions: FetchedPartition[] = []
  answer.array(() => {
    const topic = answer.string()
    answer.array(() => void partitions.push(decodePartition(answer, topic)))
  })
  return { code, sessionId, partitions }
}

function decodePartition(answer: WireReader, topic: string): FetchedPartition {
  const partition = answer.int32()
  const code = answer.int16()
  const endOffset = answer.int64()
  answer.skip(16) // last stable offset, start of the log
  answer.skip(answer.arrayLength() * 16) // aborted transactions
  answer.int32() // preferred replica
  return { topic, partition, code, endOffset, records: answer.nullableBytes() ?? noRecords }
}
