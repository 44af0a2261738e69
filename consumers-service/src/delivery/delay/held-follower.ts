/**
 * A place in a partition of a delay topic, where a record is given when it is due.
 * Takes a follower of the partition. Gives its entries in order, each held until its time; tells the reader
 * once when it has come. Promises: a held entry was not given yet, so its offset is the follower's position;
 * it lies in bytes of its own; a clock that was set back holds nothing longer than the level lasts.
 */
import type { Follower, FollowRequest, LogEntry } from '@iris/common/kafka/reader'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { delayedEntry } from './delayed-entry.js'
import { delayLevelsMs, delayMsMin } from './levels.js'

export interface HoldingParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** A follower that holds its next entry back. */
export interface HeldFollower extends Follower {
  /** Wall time at which the held entry is due, or null when it holds none. */
  dueMs(): number | null
}

/** An entry at the head of its partition, and until when it stays there. */
interface Held {
  readonly entry: LogEntry
  readonly dueMs: number
  /** Monotonic time at which it is given, whatever the wall clock says. */
  readonly atLatestMs: number
}

/** Follows a partition of a delay topic; `follow` makes the follower below. */
export function followHeld(
  { clock, scheduler }: HoldingParts,
  request: FollowRequest,
  follow: (request: FollowRequest) => Follower,
): HeldFollower {
  const inner = follow(request)
  let held: Held | null = null
  let alarm: Cancel | null = null

  const release = (): void => {
    alarm?.()
    alarm = null
    held = null
  }
  const waitMs = ({ dueMs, atLatestMs }: Held): number =>
    Math.min(dueMs - clock.now(), atLatestMs - clock.monotonic())
  const take = (): Held | null => {
    const entry = inner.next()
    if (entry === null) return null
    const delayed = delayedEntry(entry)
    const dueMs = delayed.delay?.dueMs ?? 0
    const longestMs = delayLevelsMs[request.partition] ?? delayMsMin
    const next: Held = { entry: delayed, dueMs, atLatestMs: clock.monotonic() + longestMs }
    // What waits for long must not keep a whole fetch alive.
    return waitMs(next) > 0 ? { ...next, entry: delayed.detach() } : next
  }

  return {
    next(): LogEntry | null {
      held ??= take()
      if (held === null) return null
      const restMs = waitMs(held)
      if (restMs <= 0) {
        const { entry } = held
        release()
        return entry
      }
      alarm ??= scheduler.after(Math.ceil(restMs), () => {
        alarm = null
        request.onReady()
      })
      return null
    },
    get position() {
      return held === null ? inner.position : held.entry.offset
    },
    get endOffset() {
      return inner.endOffset
    },
    dueMs: () => held?.dueMs ?? null,
    seek(offset) {
      release()
      inner.seek(offset)
    },
    close() {
      release()
      inner.close()
    },
  }
}
