// pure
/**
 * The way of a reading through one partition, and the choice of what comes first out of several.
 * Takes stretches as they were looked at. Gives the next stretch, the order of time over all partitions, and
 * what is left behind the choice. Promises: within a partition the order is that of offsets, whatever the
 * times say; nothing is chosen before something that an unfinished partition may still have.
 */
import type { Way } from './message-query.js'

/** An entry that somebody may want, without its bytes. */
export interface FoundEntry {
  readonly partition: number
  readonly offset: number
  readonly timeMs: number
  readonly bytes: number
}

interface Stretch {
  readonly from: number
  readonly to: number
}

/** What was seen in a stretch, in the order of offsets. */
export interface StretchSeen {
  readonly found: readonly FoundEntry[]
  /** Of all entries that have one. */
  readonly times: readonly number[]
  /** Entries, wanted or not. */
  readonly count: number
}

export interface Track {
  readonly partition: number
  /** In the order of the way. */
  readonly found: readonly FoundEntry[]
  /** All of them together. */
  readonly foundBytes: number
  /** How many of them were chosen. */
  chosenCount: number
  /** Entries that were looked at. */
  readonly lookedAt: number
  /** How many offsets the last stretch had, where no entry was in it; 0 where one was. */
  readonly emptyOffsets: number
  meanBytes(): number
  saw(bytes: number): void
  /** The next offsets to look at. */
  stretch(size: number): Stretch
  /** They were looked at; the end may lie beyond what was asked for. */
  looked(stretch: Stretch, seen: StretchSeen): void
  /** Whether nothing is left to look at. */
  isDone(): boolean
  /** The time that was reached; null before there is one. */
  edgeMs(): number | null
  /** Where the next page begins, null where nothing is left for one. */
  left(): number | null
}

/** Makes a track through a stretch of a partition: `next` is not part of it. */
export function createTrack(
  partition: number,
  { first, next }: { readonly first: number; readonly next: number },
  way: Way,
): Track {
  const isBack = way === 'older'
  const found: FoundEntry[] = []
  let at = isBack ? next : first
  let edgeMs: number | null = null
  let [lookedAt, sumBytes, foundBytes, emptyOffsets] = [0, 0, 0, 0]
  const isDone = (): boolean => (isBack ? at <= first : at >= next)
  return {
    partition,
    found,
    chosenCount: 0,
    get lookedAt() {
      return lookedAt
    },
    get emptyOffsets() {
      return emptyOffsets
    },
    get foundBytes() {
      return foundBytes
    },
    meanBytes: () => (lookedAt === 0 ? 0 : sumBytes / lookedAt),
    saw(bytes) {
      lookedAt++
      sumBytes += bytes
    },
    stretch: size =>
      isBack ? { from: Math.max(first, at - size), to: at } : { from: at, to: Math.min(next, at + size) },
    looked({ from, to }, { found: added, times, count }) {
      found.push(...(isBack ? [...added].reverse() : added))
      for (const { bytes } of added) foundBytes += bytes
      at = isBack ? from : Math.min(next, to)
      emptyOffsets = count === 0 ? to - from : 0
      edgeMs = (isBack ? times[0] : times.at(-1)) ?? edgeMs
    },
    isDone,
    edgeMs: () => edgeMs,
    left() {
      const unchosen = found[this.chosenCount]
      if (unchosen !== undefined) return isBack ? unchosen.offset + 1 : unchosen.offset
      return isDone() ? null : at
    },
  }
}

/** Chooses, and notes in the tracks what was chosen. `isOwed`: the first one, however large it is. */
export function mergeTracks(
  tracks: readonly Track[],
  way: Way,
  bounds: { readonly max: number; readonly bytesMax: number; readonly isOwed: boolean },
): readonly FoundEntry[] {
  const sign = way === 'older' ? -1 : 1
  const chosen: FoundEntry[] = []
  let bytes = 0
  while (chosen.length < bounds.max) {
    let best: { readonly track: Track; readonly entry: FoundEntry } | null = null
    // Beyond this time an unfinished track may have something that comes first.
    let limit = Infinity
    for (const track of tracks) {
      const entry = track.found[track.chosenCount]
      if (entry !== undefined) {
        if (best === null || sign * entry.timeMs < sign * best.entry.timeMs) best = { track, entry }
      } else if (!track.isDone()) {
        const edgeMs = track.edgeMs()
        limit = Math.min(limit, edgeMs === null ? -Infinity : sign * edgeMs)
      }
    }
    if (best === null || sign * best.entry.timeMs > limit) break
    const isOwed = bounds.isOwed && chosen.length === 0
    if (!isOwed && bytes + best.entry.bytes > bounds.bytesMax) break
    chosen.push(best.entry)
    bytes += best.entry.bytes
    best.track.chosenCount++
  }
  return chosen
}

/** Where the next page begins in each partition that has something left. */
export function leftOf(tracks: readonly Track[]): ReadonlyMap<number, number> {
  return new Map(
    tracks.flatMap(track => {
      const left = track.left()
      return left === null ? [] : [[track.partition, left]]
    }),
  )
}
