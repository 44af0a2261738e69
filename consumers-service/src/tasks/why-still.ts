// pure
/**
 * Why a task gets no further though somebody works on it.
 * Takes the status of its pipeline, in a moment without outcomes. Gives a sentence, or null where nothing
 * holds it back: then what is under way takes its time.
 */
import { failureReasonMax } from '@iris/common/tasks/task'
import type { PipelineStatus } from '../delivery/pipeline-parts.js'

/** The first of: what forbids it to send, what the endpoint does not take, what waits for another attempt. */
export function whyStill({ heldBack, pace, waiting, inflight }: Status): string | null {
  const untaken = pace.circuit === 'closed' ? null : pace.why
  const waits = waiting > 0 && inflight === 0 ? 'what failed waits for its next attempt' : null
  return (heldBack ?? untaken ?? waits)?.slice(0, failureReasonMax) ?? null
}

type Status = Pick<PipelineStatus, 'heldBack' | 'waiting' | 'inflight'> & {
  readonly pace: Pick<PipelineStatus['pace'], 'circuit' | 'why'>
}
