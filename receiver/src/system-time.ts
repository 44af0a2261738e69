/**
 * The wall clock of a receiver, the one place here that asks the machine for the time.
 * Gives milliseconds since the epoch. Tests hand in a clock of their own instead.
 */

/** Wall time in milliseconds since the epoch. */
export type NowMs = () => number

/** The machine's clock. */
export const systemNowMs: NowMs = () => Date.now()
