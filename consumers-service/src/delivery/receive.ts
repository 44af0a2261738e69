/**
 * The next message of the partitions that a subscription owns here.
 * Takes their followers and windows. Gives letters, partition by partition in turn, in order within each.
 * Promises: reads nothing that its window has no room for; skips what a former owner settled; what cannot be
 * opened yet holds up its partition.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Clock } from '@iris/common/time/clock'
import { resume } from './delay/resume.js'
import { Letter, type LetterSink } from './letter.js'
import type { Opener } from '@iris/common/kafka/opener'
import type { PartitionWork } from './partition-work.js'
import { settledBefore } from './settle.js'

export interface Receiver {
  add(work: PartitionWork): void
  remove(work: PartitionWork): void
  /** What could not be opened may be now. */
  retry(): void
  works(): readonly PartitionWork[]
  /** What was read and could not be opened yet. */
  unopened(): Iterable<LogEntry>
  /** The next letter; null when there is none now, or none that may be read. */
  next(nowMs: number): Letter | null
}

export interface ReceiverParts {
  readonly clock: Clock
  readonly sink: LetterSink
  /** Whether a message of the partition at this place may be read beside those under way. */
  mayRead(place: number): boolean
  /** The line that a message with this key stands in; null where it stands in none. */
  lineOf(key: Buffer | null): number | null
  readonly opener: Pick<Opener, 'canOpen' | 'open'>
}

/** What was taken from its log and waits until it can be opened; one a partition. */
interface Unopened {
  readonly entry: LogEntry
  readonly slot: number
}

/** A settled range shorter than this is read over; a longer one is jumped. */
const jumpMin = 200

/** Whether the partition has something that may be begun. */
export function mayBeRead(work: PartitionWork): boolean {
  return work.isReady && !work.isClosing && !work.isDoubtful
}

/** Makes a receiver without partitions. */
export function createReceiver(parts: ReceiverParts): Receiver {
  let works: readonly PartitionWork[] = []
  let turn = 0
  const unopened = new Map<PartitionWork, Unopened>()

  const letterOf = (work: PartitionWork, entry: LogEntry, slot: number, nowMs: number): Letter => {
    const content = parts.opener.open(entry)
    const letter = new Letter(parts.sink, work, entry, content, slot, parts.lineOf(entry.key), nowMs)
    if (work.isDelayed) resume(letter, parts.clock.now() - parts.clock.monotonic())
    return letter
  }

  const opened = (work: PartitionWork, { entry, slot }: Unopened, nowMs: number): Letter | null => {
    if (parts.opener.canOpen(entry)) {
      unopened.delete(work)
      return letterOf(work, entry, slot, nowMs)
    }
    work.isReady = false
    return null
  }
  const nextOf = (work: PartitionWork, nowMs: number): Letter | null => {
    const waiting = unopened.size === 0 ? undefined : unopened.get(work)
    if (waiting !== undefined) return opened(work, waiting, nowMs)
    while (work.isReady && work.window.hasRoom()) {
      const entry = work.follower.next()
      if (entry === null) {
        work.isReady = false
        return null
      }
      const slot = work.window.receive(entry.offset, entry.lastOffset, entry.timestampMs)
      if (slot !== settledBefore) {
        if (parts.opener.canOpen(entry)) return letterOf(work, entry, slot, nowMs)
        unopened.set(work, { entry: entry.detach(), slot })
        work.isReady = false
        return null
      }
      const until = work.window.settledUntil(entry.offset)
      if (until - entry.offset < jumpMin) continue
      work.follower.seek(until + 1)
      work.window.advance(until + 1)
    }
    return null
  }

  return {
    add(work) {
      works = [...works, work]
    },
    remove(work) {
      works = works.filter(each => each !== work)
      unopened.delete(work)
    },
    retry() {
      for (const work of unopened.keys()) work.isReady = true
    },
    works: () => works,
    *unopened() {
      for (const { entry } of unopened.values()) yield entry
    },
    next(nowMs) {
      for (let looked = 0; looked < works.length; looked++) {
        turn = turn + 1 < works.length ? turn + 1 : 0
        const work = works[turn]
        if (work === undefined || !mayBeRead(work) || !parts.mayRead(work.place)) continue
        const letter = nextOf(work, nowMs)
        if (letter !== null) return letter
      }
      return null
    },
  }
}
