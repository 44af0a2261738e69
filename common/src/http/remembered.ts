/**
 * Answers of a slow source, by name.
 * Takes a way to ask. Gives each answer from memory for as long as it may be kept; at once where it is there.
 * Promises: questions for one name at the same time are one; what failed is not remembered.
 * Bound: `namesMax` names; beyond, the one that was learned first goes.
 */
import type { Clock } from '../time/clock.js'

/** What was found, and for how long it may be kept. */
export interface Found<T> {
  readonly answer: T
  readonly keptMs: number
}

/** Called once, at once or later; without an answer there is an error. */
export type Answered<T> = (error: Error | null, answer: T | null) => void

const namesMax = 1_000

/** Makes a memory around a source. */
export function remembered<T>(
  clock: Clock,
  ask: (name: string) => Promise<Found<T>>,
): (name: string, answered: Answered<T>) => void {
  const known = new Map<string, { readonly answer: T; readonly untilMs: number }>()
  const asking = new Map<string, Promise<T>>()

  const learn = async (name: string): Promise<T> => {
    try {
      const { answer, keptMs } = await ask(name)
      if (known.size >= namesMax) known.delete(known.keys().next().value ?? '')
      known.set(name, { answer, untilMs: clock.monotonic() + keptMs })
      return answer
    } finally {
      asking.delete(name)
    }
  }

  return (name, answered) => {
    const present = known.get(name)
    if (present !== undefined && clock.monotonic() < present.untilMs) return answered(null, present.answer)
    known.delete(name)
    let work = asking.get(name)
    if (work === undefined) {
      work = learn(name)
      asking.set(name, work)
    }
    work.then(
      answer => answered(null, answer),
      (error: unknown) => answered(error as Error, null),
    )
  }
}
