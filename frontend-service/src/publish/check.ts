/**
 * The content rules of a topic, applied to a body that has come whole.
 * Takes the request's head and the body. Gives null or the refusal. The bytes go on untouched either way.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { jsonProblem } from '@iris/common/domain/json-check'

export interface CheckOptions {
  /** Take any bytes on JSON topics, as Hermes does. */
  readonly acceptAnyBytes: boolean
}

/** What is wrong with the content. */
export function checkContent(options: CheckOptions, body: Buffer): HermesError | null {
  const problem = options.acceptAnyBytes ? null : jsonProblem(body)
  if (problem === null) return null
  return refusal('VALIDATION_ERROR', { problem: `Invalid message: ${problem}` }, 'frontend')
}
