// pure
/**
 * The calls about consumer groups: DescribeGroups 4, DeleteGroups 1.
 * Takes a group id. Gives its state and members, or the code of its removal.
 */
import type { ApiCall } from './protocol/connection.js'
import { failOn } from './protocol/kafka-error.js'
import { WireWriter } from './protocol/wire.js'

export interface GroupMember {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
}

/** A group as its coordinator sees it. */
export interface GroupDescription {
  /** `Empty` and `Dead` (unknown or gone) have no members; any other state has, or is about to. */
  readonly state: string
  readonly members: readonly GroupMember[]
}

/** State and members of a group. */
export function describeGroupCall(groupId: string, timeoutMs: number): ApiCall<GroupDescription> {
  return {
    apiKey: 15,
    apiVersion: 4,
    apiName: 'DescribeGroups',
    body: new WireWriter().arrayLength(1).string(groupId).boolean(false).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      const groups = answer.array(() => {
        failOn(answer.int16())
        answer.string() // group id
        const state = answer.string()
        answer.string() // protocol type
        answer.string() // protocol
        const members = answer.array(() => {
          const memberId = answer.string()
          answer.nullableString() // static instance id
          const member = { memberId, clientId: answer.string(), host: answer.string() }
          answer.bytes() // subscription
          answer.bytes() // assignment
          return member
        })
        answer.int32() // authorized operations
        return { state, members }
      })
      return groups[0] ?? { state: 'Dead', members: [] }
    },
  }
}

/** Removes a group with its offsets. Gives Kafka's code: an unknown group is for the caller to judge. */
export function deleteGroupCall(groupId: string, timeoutMs: number): ApiCall<number> {
  return {
    apiKey: 42,
    apiVersion: 1,
    apiName: 'DeleteGroups',
    body: new WireWriter().arrayLength(1).string(groupId).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      const codes = answer.array(() => {
        answer.string() // group id
        return answer.int16()
      })
      return codes[0] ?? 0
    },
  }
}
