/**
 * One page of a topic's messages, out of all its partitions.
 * Takes where to begin and which way. Gives entries in the order of their time, the newest first on the way
 * back, and where the next page begins. Promises: each partition is read in its order, nothing twice and
 * nothing left out from page to page; says honestly what is left. Memory holds places until the page is
 * chosen. Bounds: those of `look.ts` to find them, `answerBytesMax` but at least one entry.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { invalidMember } from '@iris/common/errors/member-about'
import type { Clock } from '@iris/common/time/clock'
import { forEachOf } from '../store/bounded-reads.js'
import type { KafkaSearch } from '../store/kafka-ports.js'
import type { ScanMessages } from '../tasks/replay-count.js'
import { keyBytes, stagesOf } from './key-places.js'
import { createLookBudget, look } from './look.js'
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

const answerBytesMax = 8 * 1024 * 1024
const partitionsMax = 1_000
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
  const budget = createLookBudget(parts.clock)
  const { way, key, max } = query
  const common = { kafkaTopic, way, wants: wantedBy(query), isChoosy: key !== null, budget }
  const chosen: FoundEntry[] = []
  let roomBytes = answerBytesMax
  for (const stage of tracks) {
    const room = max - chosen.length
    if (room === 0 || (chosen.length > 0 && !budget.hasLeft())) break
    await look(parts.scan, { ...common, room, roomBytes }, stage)
    const isOwed = chosen.length === 0
    const added = mergeTracks(stage, way, { max: room, bytesMax: roomBytes, isOwed })
    chosen.push(...added)
    for (const { bytes } of added) roomBytes -= bytes
    // What comes in a later stage is only next when nothing of this one is left.
    if (leftOf(stage).size > 0) break
  }
  const left = new Map(tracks.flatMap(stage => [...leftOf(stage)]))
  return {
    entries: await readChosen(parts, kafkaTopic, chosen),
    next: nextText(way, left),
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
