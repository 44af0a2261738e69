/**
 * Where a reader begins.
 * Takes its wish and the feed of its topic. Gives a place: with the feed where that still has what comes
 * next, behind it otherwise. Promises: a position that retention has overtaken, or that lies behind the end
 * of a topic made anew, is answered with gaps that say so. Bound: `scanBytesMax` read for a replay, a
 * partition.
 */
import type { CoordinatorCallsParts } from '@iris/common/kafka/coordinator-calls'
import { earliestTime, latestTime } from '@iris/common/kafka/offset-calls'
import { scanRange } from '@iris/common/kafka/read-range'
import { sleep } from '@iris/common/time/scheduler'
import type { Feed } from './feed.js'
import { gapOf, type StreamGap } from './item.js'
import { positionText, type Positions } from './position.js'
import type { Place } from './reading.js'
import type { Start } from './wish.js'

/** Finds the place; rejects when Kafka does not answer in time. */
export type FindPlace = (feed: Feed, start: Start) => Promise<Place>

const scanBytesMax = 16 * 1024 * 1024
const scanMs = 10_000
/** A new leader may not know for a moment how far everybody has read. */
const endAgainMs = 500

/** Makes it. */
export function createFindPlace(parts: CoordinatorCallsParts): FindPlace {
  return async (feed, start) => {
    switch (start.kind) {
      case 'latest':
        return atHead(feed)
      case 'earliest':
        return behind(await offsetsAt(feed, earliestTime))
      case 'time':
        return behind(await offsetsSince(feed, start.timeMs))
      case 'replay':
        return replayed(parts, feed, start.count)
      case 'position':
        return resumed(parts, feed, start.text, start.next)
    }
  }
}

function atHead(feed: Feed): Place {
  return { kind: 'live', number: feed.ring.head, position: feed.position() }
}

function behind(next: Positions, gaps: readonly StreamGap[] = []): Place {
  return { kind: 'behind', next, gaps, position: positionText(next) }
}

async function offsetsAt(feed: Feed, timeMs: number): Promise<number[]> {
  const found = await feed.parts.findOffsets(feed.topic.kafkaTopic, await feed.partitions(), timeMs)
  const next: number[] = []
  for (const { partition, offset } of found) next[partition] = offset
  return next
}

/** Kafka says nothing of a partition whose last message is older: there it begins at the end. */
async function offsetsSince(feed: Feed, timeMs: number): Promise<number[]> {
  const [since, ends] = await Promise.all([offsetsAt(feed, timeMs), offsetsAt(feed, latestTime)])
  return ends.map((end, partition) => {
    const offset = since[partition] ?? -1
    return offset < 0 ? end : offset
  })
}

/** From memory where that is enough, otherwise from where the newest lie in the log. */
async function replayed(parts: CoordinatorCallsParts, feed: Feed, count: number): Promise<Place> {
  const number = feed.ring.newest(count)
  const before = number < 1 ? undefined : feed.ring.at(number - 1)
  if (before !== undefined) return { kind: 'live', number, position: before.position }
  const [starts, ends] = await Promise.all([offsetsAt(feed, earliestTime), offsetsAt(feed, latestTime)])
  const deadlineMs = parts.clock.monotonic() + scanMs
  const next = [...ends]
  const found: { readonly partition: number; readonly offset: number; readonly timeMs: number }[] = []
  const scans = ends.map(async (end, partition) => {
    const from = Math.max(starts[partition] ?? 0, end - count)
    if (from >= end) return
    const scanned = await scanRange(parts, {
      ...{ topic: feed.topic.kafkaTopic, partition, fromOffset: from, untilOffset: end, deadlineMs },
      ...{ entriesMax: count, bytesMax: scanBytesMax },
      wants(entry) {
        found.push({ partition, offset: entry.offset, timeMs: entry.timestampMs })
        return false
      },
    })
    // What the bound left unseen is newer than what was seen.
    next[partition] = Math.min(end, scanned.position)
  })
  await Promise.all(scans)
  found.sort((one, other) => other.timeMs - one.timeMs || other.offset - one.offset)
  for (const { partition, offset } of found.slice(0, count))
    next[partition] = Math.min(next[partition] ?? 0, offset)
  return behind(next)
}

async function resumed(
  { scheduler }: CoordinatorCallsParts,
  feed: Feed,
  text: string,
  wanted: Positions,
): Promise<Place> {
  const number = feed.ring.behind(text)
  if (number >= 0) return { kind: 'live', number, position: text }
  if (text === feed.position()) return atHead(feed)
  const [starts, firstEnds] = await Promise.all([offsetsAt(feed, earliestTime), offsetsAt(feed, latestTime)])
  let ends = firstEnds
  if (wanted.some((offset, partition) => (offset ?? 0) > (ends[partition] ?? 0))) {
    await sleep(scheduler, endAgainMs)
    ends = await offsetsAt(feed, latestTime)
  }
  const next: number[] = []
  const gaps: (readonly [partition: number, from: number])[] = []
  starts.forEach((start, partition) => {
    const offset = wanted[partition] ?? 0
    const isThere = offset >= start && offset <= (ends[partition] ?? 0)
    next[partition] = isThere ? offset : start
    if (!isThere) gaps.push([partition, offset])
  })
  const told = gaps.map(([partition, from]) =>
    gapOf(partition, from, next[partition] ?? 0, positionText(next, partition)),
  )
  return { ...behind(next, told), position: told.length === 0 ? text : positionText(next) }
}
