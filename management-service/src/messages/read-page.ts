/**
 * One page of a topic's messages, out of all its partitions.
 * Takes where to begin and which way. Gives entries in the order of their time, the newest first on the way
 * back, and where the next page begins. Promises: each partition is read in its order, nothing twice and
 * nothing left out from page to page; says honestly what is left. Memory holds places until the page is
 * chosen. Bounds: `searchMs`, `lookedAtMax` entries looked at, `answerBytesMax` but at least one entry.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { invalidMember } from '@iris/common/errors/member-about'
import type { Clock } from '@iris/common/time/clock'
import { forEachOf } from '../store/bounded-reads.js'
import type { KafkaSearch } from '../store/kafka-ports.js'
import type { ScanMessages } from '../tasks/replay-count.js'
import { keyBytes, stagesOf } from './key-places.js'
import { nextText, type MessagesQuery } from './message-query.js'
import { createTrack, leftOf, mergeTracks, type FoundEntry, type Track } from './tracks.js'

export interface PageParts {
  readonly clock: Clock
  readonly search: KafkaSearch
  readonly scan: ScanMessages
}

export interface EntryPage {
  readonly entries: readonly LogEntry[]
  /** Null where all was looked at. */
  readonly next: string | null
}

export const searchMs = 4_000
const lookedAtMax = 1_000_000
const answerBytesMax = 8 * 1024 * 1024
const partitionsMax = 1_000
/** One step of a search reads about so much of a partition. */
const stepBytes = 4 * 1024 * 1024
const firstStep = 16
const stepMax = 5_000
/** Chosen entries that lie so near each other are read with what lies between. */
const runGapMax = 32

/** Reads a page. Refuses a partition that the topic does not have. */
export async function readPage(
  parts: PageParts,
  kafkaTopic: string,
  query: MessagesQuery,
): Promise<EntryPage> {
  const all = await parts.search.partitions(kafkaTopic)
  if (all === null) return { entries: [], next: null }
  const stages = stagesFor(query, all)
  const tracks = await tracksOf(parts, kafkaTopic, query, stages)
  const endMs = parts.clock.monotonic() + searchMs
  const wants = wantedBy(query)
  const chosen: FoundEntry[] = []
  for (const stage of tracks) {
    const room = query.max - chosen.length
    if (room === 0 || (chosen.length > 0 && parts.clock.monotonic() >= endMs)) break
    await look(parts, { kafkaTopic, room, wants, isChoosy: query.key !== null, endMs }, stage)
    chosen.push(...mergeTracks(stage, query.way, { max: room, bytesMax: answerBytesMax }))
    // What comes in a later stage is only next when nothing of this one is left.
    if (leftOf(stage).size > 0) break
  }
  const left = new Map(tracks.flatMap(stage => [...leftOf(stage)]))
  return {
    entries: await readChosen(parts, kafkaTopic, chosen),
    next: nextText(query.way, left),
  }
}

/** Partitions, looked at one group after the other. */
function stagesFor(query: MessagesQuery, all: readonly number[]): readonly (readonly number[])[] {
  const { partition, key } = query
  if (partition !== null) {
    if (!all.includes(partition)) throw invalidMember('partition', `${partition} does not exist in the topic`)
    return [[partition]]
  }
  const stages = key === null ? [all] : stagesOf(key, all)
  // A page from the oldest on begins where a key was first.
  const ordered = query.way === 'older' ? stages : [...stages].reverse()
  if (all.length > partitionsMax)
    throw invalidMember('partition', `must be given: the topic has more than ${partitionsMax}`)
  return ordered
}

async function tracksOf(
  { search }: PageParts,
  kafkaTopic: string,
  { start, way, place }: MessagesQuery,
  stages: readonly (readonly number[])[],
): Promise<readonly (readonly Track[])[]> {
  const partitions = stages.flat()
  const fromMs = start.kind === 'time' && place === null ? start.timeMs : null
  const ranges = await search.ranges(kafkaTopic, partitions, { fromMs, toMs: null })
  const byPartition = new Map(partitions.map((partition, index) => [partition, ranges[index]]))
  return stages.map(stage =>
    stage.flatMap(partition => {
      const { first, next } = byPartition.get(partition) ?? { first: 0, next: 0 }
      const at = place?.get(partition)
      if (place !== null && at === undefined) return []
      const from = start.kind === 'offset' && place === null ? start.offset : (at ?? 0)
      const range =
        way === 'older' ? { first, next: Math.min(next, at ?? next) } : { first: Math.max(first, from), next }
      return range.first < range.next ? [createTrack(partition, range, way)] : []
    }),
  )
}

interface LookRequest {
  readonly kafkaTopic: string
  readonly room: number
  readonly wants: (entry: LogEntry) => boolean
  /** Whether most entries may not be wanted. */
  readonly isChoosy: boolean
  readonly endMs: number
}

/** Looks on in each partition until it has enough to choose from, or a bound is reached. */
async function look(parts: PageParts, request: LookRequest, tracks: readonly Track[]): Promise<void> {
  const { room, endMs } = request
  let lookedAt = 0
  // At least one step of each: who goes on where an answer ended must come to an end.
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst && (parts.clock.monotonic() >= endMs || lookedAt >= lookedAtMax)) return
    const hungry = tracks.filter(track => !track.isDone() && track.found.length < room)
    if (hungry.length === 0) return
    await forEachOf(hungry, async track => {
      const before = track.lookedAt
      await step(parts, request, track)
      lookedAt += track.lookedAt - before
    })
  }
}

async function step({ scan }: PageParts, request: LookRequest, track: Track): Promise<void> {
  const { kafkaTopic, wants } = request
  const range = track.stretch(sizeOf(track, request))
  const found: FoundEntry[] = []
  const times: number[] = []
  await scan(
    kafkaTopic,
    { partition: track.partition, ...range },
    entry => {
      const bytes = (entry.key?.length ?? 0) + (entry.value?.length ?? 0)
      track.saw(bytes)
      if (entry.timestampMs >= 0) times.push(entry.timestampMs)
      const { partition, offset, timestampMs: timeMs } = entry
      if (wants(entry)) found.push({ partition, offset, timeMs, bytes })
    },
    () => true,
  )
  track.looked(range, found, times)
}

/** Nobody knows how large messages are before the first step. */
function sizeOf({ lookedAt, found, meanBytes }: Track, { room, isChoosy }: LookRequest): number {
  if (lookedAt === 0) return firstStep
  const fitting = Math.floor(stepBytes / Math.max(1, meanBytes()))
  const needed = isChoosy ? stepMax : Math.ceil((room - found.length) * 1.1)
  return Math.max(1, Math.min(stepMax, fitting, needed))
}

function wantedBy({ key }: MessagesQuery): (entry: LogEntry) => boolean {
  if (key === null) return () => true
  const wanted = keyBytes(key)
  return entry => {
    const own = entry.key
    return own !== null && wanted.some(each => each.equals(own))
  }
}

/** The bytes of what was chosen, in the order of the choice; what retention took meanwhile is left out. */
async function readChosen(
  { scan }: PageParts,
  kafkaTopic: string,
  chosen: readonly FoundEntry[],
): Promise<readonly LogEntry[]> {
  const entries = new Map<string, LogEntry>()
  const id = ({ partition, offset }: Pick<FoundEntry, 'partition' | 'offset'>): string =>
    `${partition}-${offset}`
  const wanted = new Set(chosen.map(id))
  await forEachOf(runsOf(chosen), async run => {
    await scan(
      kafkaTopic,
      run,
      entry => {
        if (wanted.has(id(entry))) entries.set(id(entry), entry.detach())
      },
      () => true,
    )
  })
  return chosen.flatMap(each => entries.get(id(each)) ?? [])
}

function runsOf(chosen: readonly FoundEntry[]): { partition: number; from: number; to: number }[] {
  const sorted = [...chosen].sort(
    (one, other) => one.partition - other.partition || one.offset - other.offset,
  )
  const runs: { partition: number; from: number; to: number }[] = []
  for (const { partition, offset } of sorted) {
    const last = runs.at(-1)
    if (last?.partition === partition && offset - last.to < runGapMax) last.to = offset + 1
    else runs.push({ partition, from: offset, to: offset + 1 })
  }
  return runs
}
