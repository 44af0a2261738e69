// pure
/**
 * Why a pipeline reads no further.
 * Takes what could keep it from reading. Gives the first that does, in plain words, or null.
 */
import type { PartitionWork } from './partition-work.js'

export interface Reading {
  readonly parkingProblem: string | null
  /** Whether there is room for another message that may have to wait. */
  readonly hasRoom: boolean
  /** Filtering is held to a rate, and has used it up. */
  readonly isFilterPaced: boolean
  readonly works: readonly PartitionWork[]
}

/** Says it. */
export function whyNotReading({ parkingProblem, hasRoom, isFilterPaced, works }: Reading): string | null {
  if (parkingProblem !== null) return parkingProblem
  if (!hasRoom) return 'too many messages wait for a retry in this process'
  if (isFilterPaced) return 'messages are filtered out at the rate of the subscription and no faster'
  const full = works.filter(work => !work.window.hasRoom())
  return full.length === 0 ? null : `unsettled messages fill the window of ${full.length} partitions`
}
