/**
 * A place in the part of a log that a task reads: up to an end, at a rate, only what the task wants.
 * Takes a follower of the partition. Gives entries as the task shapes them. Promises: asks for nothing
 * beyond the end; tells once when the rate lets the next one go.
 */
import type { Follower, FollowRequest, LogEntry } from '@iris/common/kafka/reader'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { Limiter } from '../delivery/pace/limiter.js'

export interface TaskFollowing {
  /** Offsets: `to` is not part of it. */
  readonly to: number
  /** Shared by all partitions of the task; null for no limit of its own. */
  readonly limiter: Limiter | null
  /** The entry to deliver, or null for one to pass over. */
  shape(entry: LogEntry): LogEntry | null
}

export interface TaskFollower extends Follower {
  /** Whether all up to the end was given or passed over. */
  isExhausted(): boolean
}

/** Follows; `follow` makes the follower below. */
export function followForTask(
  { clock, scheduler }: { readonly clock: Clock; readonly scheduler: Scheduler },
  request: FollowRequest,
  follow: (request: FollowRequest) => Follower,
  { to, limiter, shape }: TaskFollowing,
): TaskFollower {
  const inner = follow(request)
  let alarm: Cancel | null = null
  let isOver = false

  const isExhausted = (): boolean => isOver || inner.position >= to
  const isPaced = (): boolean => {
    const waitMs = limiter?.waitMs(clock.monotonic()) ?? 0
    if (waitMs <= 0) return false
    alarm ??= scheduler.after(Math.ceil(waitMs), () => {
      alarm = null
      request.onReady()
    })
    return true
  }

  return {
    isExhausted,
    next() {
      while (!isExhausted() && !isPaced()) {
        const entry = inner.next()
        if (entry === null) return null
        if (entry.offset >= to) {
          isOver = true
          return null
        }
        const shaped = shape(entry)
        if (shaped === null) continue
        limiter?.take(clock.monotonic())
        return shaped
      }
      return null
    },
    get position() {
      return Math.min(inner.position, to)
    },
    get endOffset() {
      return inner.endOffset
    },
    seek: offset => inner.seek(offset),
    close() {
      alarm?.()
      inner.close()
    },
  }
}
