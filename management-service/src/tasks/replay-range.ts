/**
 * Which part of a topic is meant by two moments, or by offsets.
 * Takes `from` and `to` of a body. Gives a range for each partition that has something of it. Promises: never
 * beyond what Kafka holds now. Refuses what is no moment, and a partition that the topic does not have.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { timeOf } from '@iris/common/domain/time-text'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { rangesMax, type TaskRange } from '@iris/common/tasks/task'
import type { KafkaSearch } from '../store/kafka-ports.js'

/** Members of a body. */
export interface ReplayBounds {
  readonly from: unknown
  readonly to: unknown
}

/** Finds the ranges. */
export async function replayRanges(
  kafka: KafkaSearch,
  kafkaTopic: string,
  { from, to }: ReplayBounds,
): Promise<readonly TaskRange[]> {
  const fromMs = momentOf('from', from, 'earliest')
  const toMs = momentOf('to', to ?? 'now', 'now')
  const partitions = (await kafka.partitions(kafkaTopic)) ?? []
  if (partitions.length > rangesMax)
    throw invalid(`At most ${rangesMax} partitions can be replayed at a time`)
  const found = await kafka.ranges(kafkaTopic, partitions, {
    fromMs: typeof fromMs === 'number' ? fromMs : null,
    toMs,
  })
  const ranges = partitions.map((partition, index): TaskRange => {
    const { first, next } = found[index] ?? { first: 0, next: 0 }
    return { partition, from: first, to: Math.max(first, next) }
  })
  const wanted = isOffsets(fromMs) ? fromOffsets(ranges, fromMs) : ranges
  return wanted.filter(range => range.from < range.to)
}

type Offsets = ReadonlyMap<number, number>

function isOffsets(from: number | null | Offsets): from is Offsets {
  return from !== null && typeof from !== 'number'
}

function momentOf(name: 'to', given: unknown, word: string): number | null
function momentOf(name: 'from', given: unknown, word: string): number | null | Offsets
function momentOf(name: 'from' | 'to', given: unknown, word: string): number | null | Offsets {
  if (given === word) return null
  if (name === 'from' && isJsonObject(given)) return offsetsOf(given)
  if (typeof given === 'string' || typeof given === 'number') return timeOf(name, given)
  const offsets = name === 'from' ? ', or offsets by partition such as {"0":17}' : ''
  throw invalidMember(name, `must be ${word}, a date such as 2026-05-01T12:00:00Z${offsets}`)
}

function offsetsOf(given: Readonly<Record<string, unknown>>): Offsets {
  const offsets = Object.entries(given).map(([partition, offset]): [number, number] => {
    const isOffset = typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0
    if (!/^\d{1,6}$/.test(partition) || !isOffset)
      throw invalidMember('from', 'must be offsets by partition, such as {"0":17}')
    return [Number(partition), offset]
  })
  if (offsets.length === 0) throw invalidMember('from', 'must name an offset of at least one partition')
  return new Map(offsets)
}

/** Only the partitions that are named. */
function fromOffsets(ranges: readonly TaskRange[], offsets: Offsets): readonly TaskRange[] {
  const unknown = [...offsets.keys()].find(partition => !ranges.some(range => range.partition === partition))
  if (unknown !== undefined)
    throw invalidMember('from', `names partition ${unknown}, which the topic does not have`)
  return ranges.flatMap(({ partition, from, to }) => {
    const offset = offsets.get(partition)
    return offset === undefined ? [] : [{ partition, from: Math.max(from, offset), to }]
  })
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
