/**
 * Timers as a parameter.
 * Takes a delay and a function. Gives the way to cancel it.
 * Promises: with the virtual clock of the tests, a day passes in a millisecond.
 */

/** Ends a timer; calling it again does nothing. */
export type Cancel = () => void

/** What can be done later. */
export interface Scheduler {
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Cancel
  /** Calls `run` every `periodMs` until cancelled. */
  every(periodMs: number, run: () => void): Cancel
}

/** The machine's timers. They keep the process alive: whoever starts one cancels it on stop. */
export const systemScheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs)
    return () => clearInterval(timer)
  },
}

/** Resolves after `delayMs`. */
export function sleep(scheduler: Scheduler, delayMs: number): Promise<void> {
  return new Promise(resolve => void scheduler.after(delayMs, resolve))
}

/** Thrown by {@link withDeadline} when `what` was not done in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'

  constructor(
    readonly what: string,
    readonly waitedMs: number,
  ) {
    super(`${what} did not finish in ${waitedMs} ms`)
  }
}

/**
 * Gives the promise's result, or throws {@link DeadlineExceeded} after `delayMs`. The work itself goes on.
 */
export function withDeadline<T>(
  scheduler: Scheduler,
  delayMs: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = scheduler.after(delayMs, () => reject(new DeadlineExceeded(what, delayMs)))
    work.then(resolve, reject).finally(cancel)
  })
}
