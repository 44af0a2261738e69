/**
 * The messages that a subscription wants, out of those that it reads.
 * Takes letters as they come, and filters that may change at any time. Gives those that pass, and those that
 * nobody can judge, with the problem. Promises: what is kept out is settled there and then: it takes no turn,
 * no place and no retry; other subscriptions have their turns in between.
 */
import type { CompiledFilters } from '@iris/common/filter/filters'
import type { Clock } from '@iris/common/time/clock'
import type { FilterShare } from './filter-share.js'
import type { DeliveryJournal } from './journal.js'
import type { Letter } from './letter.js'
import { createLimiter } from './pace/limiter.js'

export interface FilterStepParts {
  readonly clock: Clock
  readonly filterShare: FilterShare
  readonly journal: Pick<DeliveryJournal, 'filtered'>
  /** The next letter of the log; null when there is none now. */
  receive(nowMs: number): Letter | null
  /** There may be a letter again. */
  goOn(): void
}

export interface FilterStep {
  /** The next letter to deliver or to bury; null when there is none now. */
  next(nowMs: number): Letter | null
  /** When letters may come again that the rate of filtering holds up; `Infinity` when it holds up none. */
  resumesMs(nowMs: number): number
  /** The filters from now on; letters that came out are not judged again. */
  update(filters: CompiledFilters | null, rate?: number): void
}

/** Makes the step of one subscription. The rate is how many messages a second it may keep out. */
export function createFilterStep(
  parts: FilterStepParts,
  firstFilters: CompiledFilters | null,
  firstRate = Infinity,
): FilterStep {
  const { clock, filterShare, journal } = parts
  const limiter = createLimiter(firstRate)
  let filters = firstFilters
  let isWaiting = false

  const goOn = (): void => {
    isWaiting = false
    parts.goOn()
  }
  const waitForRoom = (): null => {
    if (!isWaiting) filterShare.whenRoom(goOn)
    isWaiting = true
    return null
  }
  const keepOut = (letter: Letter, by: string, nowMs: number): void => {
    limiter.take(nowMs)
    letter.work.window.settle(letter.slot)
    journal.filtered(letter, by)
  }

  return {
    next(nowMs) {
      while (filters !== null) {
        if (limiter.waitMs(nowMs) > 0) return null
        if (!filterShare.hasRoom()) return waitForRoom()
        const letter = parts.receive(nowMs)
        if (letter === null || letter.problem !== null || hasPassed(letter)) return letter
        const outcome = filterShare.judge(filters, letter.content)
        if (outcome.kind === 'filtered') keepOut(letter, outcome.by, nowMs)
        else {
          if (outcome.kind === 'failed') letter.filterProblem = `FILTER: ${outcome.problem}`
          return letter
        }
      }
      return parts.receive(nowMs)
    },
    resumesMs(nowMs) {
      const waitMs = filters === null ? 0 : limiter.waitMs(nowMs)
      return waitMs > 0 ? nowMs + waitMs : Infinity
    },
    update(next, rate = Infinity) {
      filters = next
      limiter.setRate(rate, clock.monotonic())
    },
  }
}

/** What was tried, or was put off into a delay topic, has passed before: a retry is never filtered out. */
function hasPassed({ attempts, work }: Letter): boolean {
  return attempts > 0 || work.isDelayed
}
