/**
 * Committed offsets and groups, without being a member of any (decisions 1).
 * Takes a group, a topic, partitions. Gives and writes offsets with their metadata, finds ends, describes
 * groups. Promises: every call ends within `requestTimeoutMs`; a group that has members is told apart from
 * every other error.
 */
import {
  createCoordinatorCalls,
  type CoordinatorCallsOptions,
  type CoordinatorCallsParts,
} from './coordinator-calls.js'
import { deleteGroupCall, describeGroupCall, type GroupDescription } from './group-calls.js'
import { createFindOffsets, type PartitionEnd } from './log-ends.js'
import {
  earliestTime,
  latestTime,
  offsetCommitCall,
  offsetFetchCall,
  type PartitionCode,
  type PartitionOffset,
} from './offset-calls.js'
import type { ApiCall } from './protocol/connection.js'
import { errorFor, failOn, kafkaCode, KafkaError } from './protocol/kafka-error.js'

export type { GroupDescription, GroupMember } from './group-calls.js'
export type { PartitionEnd } from './log-ends.js'
export type { PartitionOffset } from './offset-calls.js'

/** Offsets of any group. */
export interface Offsets {
  /** One row for each partition asked for. A group or partition without offsets gives -1. */
  fetch(groupId: string, topic: string, partitions: readonly number[]): Promise<readonly PartitionOffset[]>
  /**
   * Throws {@link ForeignMemberError} when the group has members, `KafkaError` when Kafka refuses otherwise.
   */
  commit(groupId: string, topic: string, offsets: readonly PartitionOffset[]): Promise<void>
  earliest(topic: string, partitions: readonly number[]): Promise<readonly PartitionEnd[]>
  latest(topic: string, partitions: readonly number[]): Promise<readonly PartitionEnd[]>
  /** The first offset whose time is not before `timestampMs`; the end where there is none. */
  atTime(topic: string, partitions: readonly number[], timestampMs: number): Promise<readonly PartitionEnd[]>
  /** An unknown group is `Dead`, without members. */
  describeGroup(groupId: string): Promise<GroupDescription>
  /** A group that does not exist is deleted already. */
  deleteGroup(groupId: string): Promise<void>
}

/** Someone reads with this group as a member, so we must not (decisions 1). `describeGroup` tells who. */
export class ForeignMemberError extends Error {
  override readonly name = 'ForeignMemberError'

  constructor(
    readonly groupId: string,
    readonly codeName: string,
  ) {
    super(`group ${groupId} has members that are not ours: Kafka answered ${codeName}`)
  }
}

/** What Kafka answers to a commit without membership while there are members. */
const memberCodes: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
  'STALE_MEMBER_EPOCH',
])

/** Makes the offsets of a cluster. */
export function createOffsets(parts: CoordinatorCallsParts, options: CoordinatorCallsOptions): Offsets {
  const calls = createCoordinatorCalls(parts, options)
  const find = createFindOffsets(parts, options.requestTimeoutMs)

  return {
    async fetch(groupId, topic, partitions) {
      const rows = await calls.ask(groupId, 'read', timeoutMs =>
        refusing(offsetFetchCall(groupId, topic, partitions, timeoutMs), `${topic} of group ${groupId}`),
      )
      const known = new Map(rows.map(({ partition, offset, metadata }) => [partition, { offset, metadata }]))
      return partitions.map(partition => ({
        partition,
        offset: known.get(partition)?.offset ?? -1,
        metadata: known.get(partition)?.metadata ?? '',
      }))
    },
    async commit(groupId, topic, offsets) {
      if (offsets.length === 0) return
      try {
        await calls.ask(groupId, 'commit', timeoutMs =>
          refusing(offsetCommitCall(groupId, topic, offsets, timeoutMs), `${topic} of group ${groupId}`),
        )
      } catch (error) {
        throw foreignOr(groupId, error)
      }
    },
    earliest: (topic, partitions) => find(topic, partitions, earliestTime),
    latest: (topic, partitions) => find(topic, partitions, latestTime),
    async atTime(topic, partitions, timestampMs) {
      const found = await find(topic, partitions, timestampMs)
      const beyond = found.filter(({ offset }) => offset < 0).map(({ partition }) => partition)
      const ends = beyond.length === 0 ? [] : await find(topic, beyond, latestTime)
      return found.map(row => (row.offset < 0 ? ends.find(end => end.partition === row.partition)! : row))
    },
    describeGroup: groupId => calls.ask(groupId, 'read', timeoutMs => describeGroupCall(groupId, timeoutMs)),
    async deleteGroup(groupId) {
      await calls.ask(groupId, 'commit', timeoutMs => {
        const call = deleteGroupCall(groupId, timeoutMs)
        const decode: typeof call.decode = answer => {
          const code = call.decode(answer)
          if (code !== kafkaCode.GROUP_ID_NOT_FOUND) failOn(code, `group ${groupId}`)
          return code
        }
        return { ...call, decode }
      })
    },
  }
}

/**
 * The call, refused as a whole when Kafka refuses one of its partitions: the caller repeats it as a whole.
 */
function refusing<R extends PartitionCode>(call: ApiCall<readonly R[]>, what: string): ApiCall<readonly R[]> {
  return {
    ...call,
    decode: answer => {
      const rows = call.decode(answer)
      const refused = rows.find(({ code }) => code !== 0)
      if (refused !== undefined) throw errorFor(refused.code, `partition ${refused.partition} of ${what}`)
      return rows
    },
  }
}

function foreignOr(groupId: string, error: unknown): unknown {
  const isForeign = error instanceof KafkaError && memberCodes.has(error.codeName)
  return isForeign ? new ForeignMemberError(groupId, error.codeName) : error
}
