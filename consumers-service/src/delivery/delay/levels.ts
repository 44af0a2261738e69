// pure
/**
 * The levels of a delay topic: partition k holds what waits `delayLevelsMs[k]`.
 * Takes how long a message has to wait. Gives where it waits, or that it waits in memory.
 * Within a level what came first is due first, so that a partition is read in order like any other; a wait
 * that no level has is made of several, the longest first, and what is left at the end is spent in memory.
 */
import type { DelayPolicy } from '@iris/common/domain/retry-policy'

/** In rising order. What waits less than the first is well held in memory. */
export const delayLevelsMs = [10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000] as const
/** The shortest wait that is worth a record in Kafka. */
export const delayMsMin = delayLevelsMs[0]

/** A message that has to wait. */
export interface Wait {
  readonly waitMs: number
  /** What is left of its time to live. */
  readonly leftMs: number
  readonly attempts: number
  /** Whether the process holds as much as it may. */
  readonly isMemoryFull: boolean
}

/** How long it waits in the delay topic, or null where it waits in memory. */
export function delayOf(policy: DelayPolicy | null, wait: Wait): number | null {
  if (policy === null) return null
  if (wait.waitMs >= delayMsMin) return wait.waitMs
  const isWanted = wait.isMemoryFull || (wait.attempts > 0 && wait.attempts >= policy.fastAttempts)
  return isWanted && wait.leftMs > delayMsMin ? delayMsMin : null
}

/** The longest level that does not outlast a wait of at least `delayMsMin`. */
export function levelOf(waitMs: number): number {
  return Math.max(
    0,
    delayLevelsMs.findLastIndex(levelMs => levelMs <= waitMs),
  )
}
