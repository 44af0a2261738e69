/**
 * A few entries of one partition, read or searched once, for those who look and do not follow.
 * Takes an offset and bounds. Gives the entries from there on, fewer at the end of the log.
 * Promises: ends by `deadlineMs`; begins at the earliest offset left when `fromOffset` is gone. Bounds:
 * entries and bytes.
 */
import { sleep } from '../time/scheduler.js'
import { Chunk, ChunkCursor } from './chunk.js'
import type { CoordinatorCallsParts } from './coordinator-calls.js'
import { fetchCall, sessionless, type FetchedPartition } from './fetch-call.js'
import { createFindOffsets } from './log-ends.js'
import type { LogEntry } from './log-entry.js'
import { earliestTime } from './offset-calls.js'
import { errorFor, kafkaCode, KafkaError } from './protocol/kafka-error.js'

export interface RangeRequest {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  readonly entriesMax: number
  /** Bytes of records to fetch; at least one batch is read, however large. */
  readonly bytesMax: number
  /** By the monotonic clock. */
  readonly deadlineMs: number
}

const limits = { decompressedBytesMax: 64 * 1024 * 1024, isChecksumChecked: true }
const askAgainMs = 100

/** A search: entries from `fromOffset` to before `untilOffset` that somebody wants. */
export interface ScanRequest extends RangeRequest {
  readonly untilOffset: number
  /** Told of each entry, whose bytes are gone after the call. */
  wants(entry: LogEntry): boolean
}

export interface Scanned {
  readonly entries: readonly LogEntry[]
  /** All before this offset were looked at. */
  readonly position: number
}

/** Reads the entries. Rejects with the last error when the deadline passes without an answer. */
export async function readRange(
  parts: CoordinatorCallsParts,
  request: RangeRequest,
): Promise<readonly LogEntry[]> {
  const scanned = await scanRange(parts, { ...request, untilOffset: Infinity, wants: () => true })
  return scanned.entries
}

/** Looks through entries and keeps the wanted ones; `entriesMax` bounds those. */
export async function scanRange(parts: CoordinatorCallsParts, request: ScanRequest): Promise<Scanned> {
  const { topic, partition, entriesMax, bytesMax, untilOffset } = request
  const entries: LogEntry[] = []
  let position = request.fromOffset
  let bytesLeft = bytesMax
  while (position < untilOffset && entries.length < entriesMax && bytesLeft > 0) {
    const answer = await fetchOnce(parts, { ...request, fromOffset: position, bytesMax: bytesLeft })
    if (answer.code === kafkaCode.OFFSET_OUT_OF_RANGE) {
      const find = createFindOffsets(parts, timeLeft(parts, request))
      const [end] = await find(topic, [partition], earliestTime)
      if (end!.offset <= position) break
      position = end!.offset
      continue
    }
    if (answer.records.length === 0) break
    const chunk = new Chunk({ topic, partition }, position, answer.records, limits, () => undefined)
    if (chunk.end === position) break
    position = takeFrom(chunk, position, request, entries)
    bytesLeft -= answer.records.length
    if (position >= answer.endOffset) break
  }
  return { entries, position }
}

/** Gives the offset up to which the chunk was looked through. */
function takeFrom(chunk: Chunk, from: number, request: ScanRequest, entries: LogEntry[]): number {
  const cursor = new ChunkCursor(chunk)
  let position = from
  while (entries.length < request.entriesMax) {
    const entry = cursor.next(position)
    if (entry === null) return chunk.end
    if (entry.offset >= request.untilOffset) return entry.offset
    if (request.wants(entry)) entries.push(entry.detach())
    position = entry.lastOffset + 1
  }
  return position
}

/** One answer of the partition's leader, looked up again while it moves. */
async function fetchOnce(parts: CoordinatorCallsParts, request: RangeRequest): Promise<FetchedPartition> {
  const { cluster, clock, scheduler } = parts
  const { topic, partition, fromOffset: offset, bytesMax } = request
  for (;;) {
    try {
      if (cluster.layout(topic) === undefined) await cluster.refresh([topic])
      const leader = cluster.layout(topic)?.find(row => row.partition === partition)?.leader ?? -1
      if (leader < 0) throw errorFor(kafkaCode.LEADER_NOT_AVAILABLE, `${topic}-${partition}`)
      const connection = await cluster.connection(leader, 'read-range')
      const place = { topic, partition, offset, bytesMax }
      const call = fetchCall(
        { ...sessionless, waitMs: 0, bytesMax, places: [place] },
        timeLeft(parts, request),
      )
      const answer = await connection.request(call)
      const row = answer.partitions[0]
      const code = row?.code ?? answer.code
      if (row !== undefined && (code === 0 || code === kafkaCode.OFFSET_OUT_OF_RANGE)) return row
      throw errorFor(code, `${topic}-${partition}`)
    } catch (error) {
      const isOver = clock.monotonic() + askAgainMs >= request.deadlineMs
      if (isOver || (error instanceof KafkaError && !error.isRetriable)) throw error
      await sleep(scheduler, askAgainMs)
      await cluster.refresh([topic])
    }
  }
}

function timeLeft(parts: CoordinatorCallsParts, request: RangeRequest): number {
  return Math.max(1, request.deadlineMs - parts.clock.monotonic())
}
