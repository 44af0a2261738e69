// pure
/**
 * Why a subscription gets nowhere, in one line, for a page about all of them; `/why` tells the rest.
 * Takes its status. Gives a cause and a sentence, or null while something of it succeeds or nothing waits.
 */
import type { SubscriptionSign } from '@iris/common/metrics/figures'
import type { PipelineStatus } from '../delivery/pipeline-parts.js'
import type { RecentView } from '../delivery/recent.js'

type Trouble = SubscriptionSign['trouble']

/** What there is to tell it from. */
export interface TroubleFacts {
  /** Why partitions wait, or null. */
  readonly problem: string | null
  /** Null while nothing runs. */
  readonly pipeline: PipelineStatus | null
  readonly recent: RecentView | null
}

/** Of one that no process can run. */
export function cannotRun(problem: string): Trouble {
  return { cause: 'NOT_RUNNING', text: problem, circuit: 'closed' }
}

/** Of one that is here; something of it waits. */
export function troubleOf({ problem, pipeline, recent }: TroubleFacts): Trouble {
  if (problem !== null) return cannotRun(problem)
  if (pipeline === null || recent === null) return null
  const { circuit, why } = pipeline.pace
  const { attempts, succeeded, lastFailure, ended } = recent
  const last = lastFailure === null ? '' : `; the last attempt: ${lastFailure.detail}`
  const told = (cause: string, text: string): Trouble => ({ cause, text, circuit })
  if (pipeline.isFenced && pipeline.heldBack !== null) return told('FENCED', pipeline.heldBack)
  if (circuit !== 'closed') return told('CIRCUIT_OPEN', why + last)
  if (attempts > 0 && succeeded === 0)
    return told('ENDPOINT_DOWN', `none of ${attempts} attempts of the last minute succeeded${last}`)
  if (pipeline.heldBack !== null && ended.delivered + ended.filtered === 0)
    return told('HELD_BACK', pipeline.heldBack)
  return null
}
