/**
 * Long work in turns, so that whatever else waits has its own in between.
 * Takes work that pauses after each item, and time. Gives what it comes to. Promises: a turn lasts
 * `turnMsMax` and one item.
 */
import type { Clock } from './clock.js'
import { sleep, type Scheduler } from './scheduler.js'

/** Work that pauses after each item; the pause is for whoever has it done. */
export type Work<T> = Generator<undefined, T, undefined>

/** What turns are told by and given in. */
export interface TurnTime {
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** The longest turn: nobody notices so short a pause. */
export const turnMsMax = 10

/** Does it in turns. Who has several does one after the other: each would take a turn of its own. */
export async function inTurns<T>({ clock, scheduler }: TurnTime, work: Work<T>): Promise<T> {
  for (;;) {
    const endMs = clock.monotonic() + turnMsMax
    do {
      const step = work.next()
      if (step.done === true) return step.value
    } while (clock.monotonic() < endMs)
    await sleep(scheduler, 0)
  }
}

/** Does it in turns, and once for all who ask while it is under way. */
export function inSharedTurns<T>(time: TurnTime, begin: () => Work<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null
  return () => (underWay ??= inTurns(time, begin()).finally(() => (underWay = null)))
}

/** Does it at one go, where it is known to be little. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
