// pure
/**
 * Why a pipeline that could take more messages reads none.
 * Takes what could keep it from reading. Gives the first that does, in plain words, or null.
 */
import type { PartitionWork } from './partition-work.js'

/** Says it. Filtering is paced when it is held to a rate, and has used it up. */
export function whyNotReading(works: readonly PartitionWork[], isFilterPaced: boolean): string | null {
  if (isFilterPaced) return 'messages are filtered out at the rate of the subscription and no faster'
  const full = works.filter(work => !work.window.hasRoom())
  return full.length === 0 ? null : `unsettled messages fill the window of ${full.length} partitions`
}
