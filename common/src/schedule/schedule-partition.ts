// pure
/**
 * Where in the schedule topic a message waits: by how long, then by its key.
 * Takes the length of the wait and the key. Gives a partition.
 * Messages that wait about as long lie together, so that a log is never much longer than what still waits in
 * it, and who begins anew reads little: one message for next week holds back none of this minute.
 */
import { indexOfKey } from '../kafka/partitioner.js'

/** The longest wait of each term; the last has no end. In rising order. */
export const termsMs = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, Infinity] as const

/**
 * The partition. `turn` chooses for a message without a key: any number that changes from one to the next.
 * A topic with fewer partitions than terms, which nobody of ours makes, is one term.
 */
export function schedulePartition(
  partitionsTotal: number,
  { waitMs, key, turn }: { readonly waitMs: number; readonly key: Buffer | null; readonly turn: number },
): number {
  const each = Math.floor(partitionsTotal / termsMs.length)
  if (each === 0) return key === null ? turn % partitionsTotal : indexOfKey(key, partitionsTotal)
  const term = termsMs.findIndex(termMs => waitMs <= termMs)
  return term * each + (key === null ? turn % each : indexOfKey(key, each))
}
