/**
 * What a failure of ZooKeeper means to the caller of the API.
 * Takes an error of the session. Gives a refusal with a code of the table, or the error itself where it is
 * ours.
 */
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { BadVersionError, ZooUnavailableError } from '@iris/common/zookeeper/zoo-errors'

/** Runs a call and turns what ZooKeeper could not do into a refusal. */
export async function orRefuse<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw asRefusal(error)
  }
}

/** Whether a change may have been made although its answer never came. */
export function isOutcomeUnknown(error: unknown): boolean {
  const cause = error instanceof HermesError ? error.cause : error
  return cause instanceof ZooUnavailableError && cause.isOutcomeUnknown
}

/** The refusal that a failure of ZooKeeper means, or the error itself. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof BadVersionError) {
    const problem = 'Somebody else changed this at the same moment; read it again and repeat your change'
    return refusal('CONFLICT', { problem })
  }
  if (!(error instanceof ZooUnavailableError)) return error
  const refused = error.isOutcomeUnknown
    ? new HermesError(
        'STORAGE_UNAVAILABLE',
        `ZooKeeper did not confirm, the change may have been made: ${error.message}`,
      )
    : refusal('STORAGE_UNAVAILABLE', { problem: error.message })
  refused.cause = error
  return refused
}
