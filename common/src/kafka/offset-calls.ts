// pure
/**
 * The calls about offsets: OffsetCommit 7, OffsetFetch 5, ListOffsets 5.
 * Takes a group, a topic, partitions. Gives one answer a partition, with its error code left to the caller.
 * Promises: commits carry no member (generation -1), as only an empty group accepts (decisions 1).
 */
import type { ApiCall } from './protocol/connection.js'
import { failOn } from './protocol/kafka-error.js'
import { WireWriter, type WireReader } from './protocol/wire.js'

/** A committed offset; -1 where nothing is committed. */
export interface PartitionOffset {
  readonly partition: number
  readonly offset: number
  readonly metadata: string
}

/** What Kafka said about one partition. */
export interface PartitionCode {
  readonly partition: number
  readonly code: number
}

/** Times with a meaning of their own in ListOffsets. */
export const latestTime = -1
export const earliestTime = -2

/** Writes offsets for a group that has no members. */
export function offsetCommitCall(
  groupId: string,
  topic: string,
  offsets: readonly PartitionOffset[],
  timeoutMs: number,
): ApiCall<readonly PartitionCode[]> {
  const body = new WireWriter(128 + offsets.length * 32)
  body.string(groupId).int32(-1).string('').nullableString(null)
  body.arrayLength(1).string(topic)
  body.array(offsets, ({ partition, offset, metadata }) => {
    body.int32(partition).int64(offset).int32(-1).nullableString(metadata)
  })
  return {
    apiKey: 8,
    apiVersion: 7,
    apiName: 'OffsetCommit',
    body: body.toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      return eachPartition(answer, partition => ({ partition, code: answer.int16() }))
    },
  }
}

/** Reads the offsets of a group. An error of the group as a whole is thrown. */
export function offsetFetchCall(
  groupId: string,
  topic: string,
  partitions: readonly number[],
  timeoutMs: number,
): ApiCall<readonly (PartitionOffset & PartitionCode)[]> {
  const body = new WireWriter(128 + partitions.length * 4)
  body.string(groupId).arrayLength(1).string(topic)
  body.array(partitions, partition => void body.int32(partition))
  return {
    apiKey: 9,
    apiVersion: 5,
    apiName: 'OffsetFetch',
    body: body.toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      const rows = eachPartition(answer, partition => {
        const offset = answer.int64()
        answer.int32() // leader epoch
        return { partition, offset, metadata: answer.nullableString() ?? '', code: answer.int16() }
      })
      failOn(answer.int16())
      return rows
    },
  }
}

export interface FoundOffset extends PartitionCode {
  /** -1 when there is none. */
  readonly offset: number
}

/** The first offset at or after a time, or one of the two ends, on the broker that leads the partitions. */
export function listOffsetsCall(
  topic: string,
  partitions: readonly number[],
  timestampMs: number,
  timeoutMs: number,
): ApiCall<readonly FoundOffset[]> {
  const body = new WireWriter(64 + partitions.length * 16)
  body.int32(-1).int8(0) // a client that reads uncommitted records, as Hermes does
  body.arrayLength(1).string(topic)
  body.array(partitions, partition => void body.int32(partition).int32(-1).int64(timestampMs))
  return {
    apiKey: 2,
    apiVersion: 5,
    apiName: 'ListOffsets',
    body: body.toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      return eachPartition(answer, partition => {
        const code = answer.int16()
        answer.int64() // time of the record found
        const offset = answer.int64()
        answer.int32() // leader epoch
        return { partition, code, offset }
      })
    },
  }
}

function eachPartition<T>(answer: WireReader, read: (partition: number) => T): T[] {
  const topics = answer.array(() => {
    answer.string()
    return answer.array(() => read(answer.int32()))
  })
  return topics.flat()
}
