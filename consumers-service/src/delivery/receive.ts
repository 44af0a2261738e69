/**
 * The next message of the partitions that a subscription owns here.
 * Takes their followers and windows. Gives letters, partition by partition in turn, in order within each.
 * Promises: reads nothing that its window has no room for; skips what a former owner settled.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Clock } from '@iris/common/time/clock'
import { resume } from './delay/resume.js'
import { Letter, type LetterSink } from './letter.js'
import { openEntry } from '@iris/common/kafka/open-entry'
import type { PartitionWork } from './partition-work.js'
import { settledBefore } from './settle.js'

export interface Receiver {
  add(work: PartitionWork): void
  remove(work: PartitionWork): void
  works(): readonly PartitionWork[]
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
  /** A header line that HTTP cannot carry was left out. */
  droppedHeader(): void
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

  const letterOf = (work: PartitionWork, entry: LogEntry, slot: number, nowMs: number): Letter => {
    const content = openEntry(entry, parts.droppedHeader)
    const letter = new Letter(parts.sink, work, entry, content, slot, parts.lineOf(entry.key), nowMs)
    if (work.isDelayed) resume(letter, parts.clock.now() - parts.clock.monotonic())
    return letter
  }

  const nextOf = (work: PartitionWork, nowMs: number): Letter | null => {
    while (work.isReady && work.window.hasRoom()) {
      const entry = work.follower.next()
      if (entry === null) {
        work.isReady = false
        return null
      }
      const slot = work.window.receive(entry.offset, entry.lastOffset)
      if (slot !== settledBefore) return letterOf(work, entry, slot, nowMs)
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
    },
    works: () => works,
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
