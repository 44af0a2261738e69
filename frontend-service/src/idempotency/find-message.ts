/**
 * A message looked for in its partition, by its id.
 * Takes the place, the id and the wall time it was stamped with. Gives found, absent, or unclear.
 * Promises: "absent" only when everything that may hold it was read. Bounds: bytes and time of a search; a
 * search that hits them goes on at the next call from where it was.
 */
import type { Cluster } from '@iris/common/kafka/cluster'
import { createFindOffsets, type FindOffsets } from '@iris/common/kafka/log-ends'
import { latestTime } from '@iris/common/kafka/offset-calls'
import { scanRange } from '@iris/common/kafka/read-range'
import type { FrontendBase } from '../base.js'
import type { MessagePlace } from './keyed-request.js'
import type { Finding } from './shard.js'

const idHeader = 'id'
const searchMs = 5_000
const searchBytesMax = 64 * 1024 * 1024
/** Clocks of frontends and brokers may differ by so much. */
const clockSkewMs = 60_000
const unfinishedMax = 1_000

export type FindMessage = (place: MessagePlace, messageId: string, sinceMs: number) => Promise<Finding>

/** Makes the search. */
export function createFindMessage(parts: FrontendBase & { readonly cluster: Cluster }): FindMessage {
  const { clock, log } = parts
  const findOffsets = createFindOffsets(parts, searchMs)
  const unfinished = new Map<string, number>()

  const search = async (place: MessagePlace, messageId: string, sinceMs: number): Promise<Finding> => {
    const { kafkaTopic: topic, partition } = place
    const untilOffset = await offsetAt(findOffsets, place, latestTime)
    const fromOffset =
      unfinished.get(messageId) ?? (await offsetAt(findOffsets, place, Math.max(0, sinceMs - clockSkewMs)))
    unfinished.delete(messageId)
    // Nothing in the partition is as young as the message would be.
    if (fromOffset < 0 || fromOffset >= untilOffset) return 'absent'
    const { entries, position } = await scanRange(parts, {
      ...{ topic, partition, fromOffset, untilOffset, entriesMax: 1, bytesMax: searchBytesMax },
      deadlineMs: clock.monotonic() + searchMs,
      wants: entry => entry.header(idHeader)?.toString('latin1') === messageId,
    })
    if (entries.length > 0) return 'found'
    if (position >= untilOffset) return 'absent'
    if (unfinished.size < unfinishedMax) unfinished.set(messageId, position)
    return 'unclear'
  }

  return async (place, messageId, sinceMs) => {
    try {
      return await search(place, messageId, sinceMs)
    } catch (error) {
      log.warn('idempotency.searchFailed', { ...place, messageId, error })
      return 'unclear'
    }
  }
}

async function offsetAt(find: FindOffsets, place: MessagePlace, timeMs: number): Promise<number> {
  const [end] = await find(place.kafkaTopic, [place.partition], timeMs)
  return end?.offset ?? -1
}
