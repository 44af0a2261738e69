/**
 * The looking behind a page of messages: how far it goes in each partition.
 * Takes tracks, what is wanted of them, and what may be spent. Promises: each partition is looked at a bit,
 * so that who goes on where an answer ended comes to an end; beyond that it stops within a stretch once the
 * budget is spent, and leaves the rest to the next page. Bounds: `LookBudget` in all, `stretchBytes` and
 * about `stretchMax` entries but at least one a stretch.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Clock } from '@iris/common/time/clock'
import { forEachOf } from '../store/bounded-reads.js'
import type { ScanMessages } from '../tasks/replay-count.js'
import type { Way } from './message-query.js'
import type { FoundEntry, StretchSeen, Track } from './tracks.js'

export const searchMs = 4_000
const lookedAtMax = 1_000_000
export const lookedBytesMax = 256 * 1024 * 1024
/** One stretch of a search reads about so much of a partition. */
export const stretchBytes = 4 * 1024 * 1024
const firstStretch = 16
const stretchMax = 5_000
/** A stretch that held too much is tried again at this part of its length. */
const shortening = 4

/** What all partitions together may cost. */
export interface LookBudget {
  /** Whether there is time, and fewer entries and bytes were looked at than may be. */
  hasLeft(): boolean
  saw(bytes: number): void
}

/** A budget that begins now. */
export function createLookBudget(clock: Clock): LookBudget {
  const endMs = clock.monotonic() + searchMs
  let [entriesLeft, bytesLeft] = [lookedAtMax, lookedBytesMax]
  return {
    hasLeft: () => entriesLeft > 0 && bytesLeft > 0 && clock.monotonic() < endMs,
    saw(bytes) {
      entriesLeft--
      bytesLeft -= bytes
    },
  }
}

export interface LookRequest {
  readonly kafkaTopic: string
  readonly way: Way
  /** How many entries, and bytes of entries, the page has room for. */
  readonly room: number
  readonly roomBytes: number
  readonly wants: (entry: LogEntry) => boolean
  /** Whether most entries may not be wanted. */
  readonly isChoosy: boolean
  readonly budget: LookBudget
}

/** Looks on in each partition until it has enough to choose from, or the budget is spent. */
export async function look(
  scan: ScanMessages,
  request: LookRequest,
  tracks: readonly Track[],
): Promise<void> {
  for (let isFirst = true; isFirst || request.budget.hasLeft(); isFirst = false) {
    const hungry = tracks.filter(track => isHungry(track, request))
    if (hungry.length === 0) return
    await forEachOf(hungry, track => lookOn(scan, request, track, isFirst))
  }
}

function isHungry(track: Track, { room, roomBytes }: LookRequest): boolean {
  return !track.isDone() && track.found.length < room && track.foundBytes < roomBytes
}

/**
 * One stretch further; `isOwed`: whatever was spent. On the way back only one that was read to its end
 * counts, since what it ends with comes first: otherwise a shorter one is tried.
 */
async function lookOn(
  scan: ScanMessages,
  request: LookRequest,
  track: Track,
  isOwed: boolean,
): Promise<void> {
  const isBack = request.way === 'older'
  const usual = sizeOf(track, request)
  // A gap of compaction or of transactions is left behind in steps that double.
  let size = Math.max(usual, 2 * track.emptyOffsets)
  while (isOwed || request.budget.hasLeft()) {
    const { from, to } = track.stretch(size)
    const { reached, ...seen } = await read(scan, request, track, {
      ...{ from, to },
      isLeast: isBack ? size === 1 : isOwed,
      isProbe: isBack && size > usual,
    })
    if (!isBack || reached >= to) return track.looked({ from, to: reached }, seen)
    size = Math.ceil(size / shortening)
  }
}

interface Stretch {
  readonly from: number
  readonly to: number
  /** Whether its beginning is read whatever was spent. */
  readonly isLeast: boolean
  /** Whether it is so long only since nothing may be there: whatever is there cuts it. */
  readonly isProbe: boolean
}

interface StretchRead extends StretchSeen {
  /** All before it were looked at: beyond the stretch where the next entry is farther away. */
  readonly reached: number
}

async function read(
  scan: ScanMessages,
  { kafkaTopic, wants, budget }: LookRequest,
  track: Track,
  { from, to, isLeast, isProbe }: Stretch,
): Promise<StretchRead> {
  const found: FoundEntry[] = []
  const times: number[] = []
  let [count, bytesRead] = [0, 0]
  let isBegun = false
  let isCut = false
  const visit = (entry: LogEntry): void => {
    const bytes = (entry.key?.length ?? 0) + (entry.value?.length ?? 0)
    count++
    bytesRead += bytes
    track.saw(bytes)
    budget.saw(bytes)
    if (entry.timestampMs >= 0) times.push(entry.timestampMs)
    const { partition, offset, timestampMs: timeMs } = entry
    if (wants(entry)) found.push({ partition, offset, timeMs, bytes })
  }
  const mayGoOn = (): boolean => {
    const isFull = bytesRead >= stretchBytes || count >= (isProbe ? 1 : stretchMax)
    isCut = !(isLeast && !isBegun) && (isFull || !budget.hasLeft())
    isBegun = true
    return !isCut
  }
  const position = await scan(kafkaTopic, { partition: track.partition, from, to }, visit, mayGoOn)
  // Where nobody stopped it, nothing is there up to the end.
  return { reached: isCut ? position : Math.max(position, to), found, times, count }
}

/** Nobody knows how large messages are before the first stretch. */
function sizeOf({ lookedAt, found, meanBytes }: Track, { room, isChoosy }: LookRequest): number {
  if (lookedAt === 0) return firstStretch
  const fitting = Math.floor(stretchBytes / Math.max(1, meanBytes()))
  const needed = isChoosy ? stretchMax : Math.ceil((room - found.length) * 1.1)
  return Math.max(1, Math.min(stretchMax, fitting, needed))
}
