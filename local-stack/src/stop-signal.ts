/**
 * The wish of the user that all ends.
 * Gives a promise that settles at the first SIGINT, SIGTERM or SIGHUP.
 * Promises: a second signal after a moment ends the process at once; what it started dies with it.
 */
import { systemClock } from '@iris/common/time/clock'

/** npm passes on the Ctrl-C that the terminal has sent us as well: both are one wish. */
const sameWishMs = 1_000

/** Resolves with the name of the first signal. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let firstMs: number | null = null
    const onSignal = (name: NodeJS.Signals): void => {
      const nowMs = systemClock.monotonic()
      if (firstMs !== null && nowMs - firstMs > sameWishMs) process.exit(1)
      firstMs ??= nowMs
      resolve(name)
    }
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  })
}
