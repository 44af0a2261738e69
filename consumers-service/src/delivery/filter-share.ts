/**
 * What filters may take of a process's time in one turn of its event loop.
 * Takes messages to judge. Gives verdicts, and for those whom the turn has no room for a later turn.
 * Promises: between two turns everybody else has had theirs; who waits longest goes on first.
 * Bound: `turnStepsMax` steps a turn, and one message more; waiting subscriptions once each.
 */
import {
  createInspector,
  type CompiledFilters,
  type FilteredMessage,
  type FilterOutcome,
} from '@iris/common/filter/filters'
import type { Scheduler } from '@iris/common/time/scheduler'

export interface FilterShare {
  /** Whether one more message may be judged in this turn. */
  hasRoom(): boolean
  judge(filters: CompiledFilters, message: FilteredMessage): FilterOutcome
  /** Calls `goOn` in a later turn that has room. */
  whenRoom(goOn: () => void): void
}

/** Steps of a turn: about 5 ms. */
const turnStepsMax = 250_000
/** What a message costs beside its filters: it is taken out of its envelope and settled. */
const messageSteps = 200

/** Makes the share of a process. */
export function createFilterShare(scheduler: Scheduler): FilterShare {
  const inspector = createInspector()
  let left = turnStepsMax
  let isTurnPlanned = false
  const waiting: (() => void)[] = []

  const turn = (): void => {
    isTurnPlanned = false
    left = turnStepsMax
    // Who uses the room up asks for a later turn and stands at the end then.
    while (left > 0) {
      const goOn = waiting.shift()
      if (goOn === undefined) return
      goOn()
    }
    planTurn()
  }
  const planTurn = (): void => {
    if (isTurnPlanned || waiting.length === 0) return
    isTurnPlanned = true
    scheduler.after(0, turn)
  }

  return {
    hasRoom: () => left > 0,
    judge(filters, message) {
      const outcome = inspector.judge(filters, message)
      left -= messageSteps + inspector.spent()
      return outcome
    },
    whenRoom(goOn) {
      waiting.push(goOn)
      planTurn()
    },
  }
}
