// pure
/**
 * How far a subscription is behind its topic, over the partitions that it owns here.
 * Takes its partitions. Gives how many messages are not settled, and when the oldest of them that was read
 * was published. What the delay topic holds waits on purpose and does not count.
 */
import type { PartitionWork } from './partition-work.js'

export interface Lag {
  /** What was read and is not settled, and what was not read yet. */
  readonly messages: number
  /** Wall time; null where nothing that was read is unsettled. */
  readonly oldestPublishedMs: number | null
}

/** Looks at partitions as they are now. */
export function lagOf(works: readonly PartitionWork[]): Lag {
  let messages = 0
  let oldestPublishedMs: number | null = null
  for (const { isDelayed, window, follower } of works) {
    if (isDelayed) continue
    // One message that is retried for hours does not make the settled ones behind it wait.
    messages += window.unsettledCount() + Math.max(0, follower.endOffset - window.next())
    const publishedMs = window.oldest()?.publishedMs ?? 0
    if (publishedMs > 0) oldestPublishedMs = Math.min(publishedMs, oldestPublishedMs ?? Infinity)
  }
  return { messages, oldestPublishedMs }
}

/** Milliseconds since the oldest was published. Another machine's clock may be ahead: never below 0. */
export function ageOf({ oldestPublishedMs }: Lag, nowMs: number): number {
  return oldestPublishedMs === null ? 0 : Math.max(0, nowMs - oldestPublishedMs)
}
