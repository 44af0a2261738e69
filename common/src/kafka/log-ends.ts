/**
 * Where partitions begin, end, and stood at a time.
 * Takes a topic and partitions. Gives offsets, asked of each partition's leader.
 * Promises: leaders that moved are looked up again; ends within `requestTimeoutMs`, with the last error.
 */
import { sleep } from '../time/scheduler.js'
import type { CoordinatorCallsParts } from './coordinator-calls.js'
import { listOffsetsCall, type FoundOffset } from './offset-calls.js'
import { UnsupportedBroker } from './protocol/connection.js'
import { errorFor, kafkaCode, KafkaError } from './protocol/kafka-error.js'

/** An offset of a partition; -1 where nothing was found. */
export interface PartitionEnd {
  readonly partition: number
  readonly offset: number
}

export type FindOffsets = (
  topic: string,
  partitions: readonly number[],
  timestampMs: number,
) => Promise<readonly PartitionEnd[]>

const askAgainMs = 100

/** Makes the question; `timestampMs` may be one of the times with a meaning of their own. */
export function createFindOffsets(parts: CoordinatorCallsParts, requestTimeoutMs: number): FindOffsets {
  const { cluster, clock, scheduler } = parts

  const byLeader = (topic: string, partitions: readonly number[]): Map<number, number[]> => {
    const layout = cluster.layout(topic)
    const groups = new Map<number, number[]>()
    for (const partition of partitions) {
      const leader = layout?.find(place => place.partition === partition)?.leader ?? -1
      const group = groups.get(leader)
      if (group === undefined) groups.set(leader, [partition])
      else group.push(partition)
    }
    return groups
  }
  const askOnce = async (
    topic: string,
    partitions: readonly number[],
    timestampMs: number,
    timeoutMs: number,
  ): Promise<readonly FoundOffset[]> => {
    if (cluster.layout(topic) === undefined) await cluster.refresh([topic])
    const answers = [...byLeader(topic, partitions)].map(async ([leader, group]) => {
      if (leader < 0) throw errorFor(kafkaCode.LEADER_NOT_AVAILABLE, `${topic}-${group[0]}`)
      const connection = await cluster.connection(leader, 'list-offsets')
      return connection.request(listOffsetsCall(topic, group, timestampMs, timeoutMs))
    })
    const found = (await Promise.all(answers)).flat()
    const refused = found.find(({ code }) => code !== 0)
    if (refused !== undefined) throw errorFor(refused.code, `${topic}-${refused.partition}`)
    return found
  }

  return async (topic, partitions, timestampMs) => {
    const deadlineMs = clock.monotonic() + requestTimeoutMs
    for (;;) {
      try {
        const timeoutMs = Math.max(1, deadlineMs - clock.monotonic())
        const found = await askOnce(topic, partitions, timestampMs, timeoutMs)
        const offsets = new Map(found.map(({ partition, offset }) => [partition, offset]))
        return partitions.map(partition => ({ partition, offset: offsets.get(partition) ?? -1 }))
      } catch (error) {
        const isOver = clock.monotonic() + askAgainMs >= deadlineMs
        if (isOver || !isWorthAnotherTry(error)) throw error
        await sleep(scheduler, askAgainMs)
        await cluster.refresh([topic])
      }
    }
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof KafkaError ? error.isRetriable : !(error instanceof UnsupportedBroker)
}
