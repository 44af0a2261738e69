/**
 * One clock for all parties of a run.
 * Gives milliseconds of the machine's monotonic clock, which every process of the machine reads alike.
 * `Clock.monotonic` starts anew in each process, so records of two processes could not be compared by it.
 */

/** Monotonic milliseconds with fraction, the same in every process of this machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
