/**
 * The content rules of a topic, applied to a body that has come whole.
 * Takes the request's head and the body. Gives null or the refusal. The bytes go on untouched either way.
 */
import type { IncomingMessage } from 'node:http'
import { declaredLength } from '@iris/common/http/body'
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

/**
 * What is wrong with the length. Only exactly `chunked`, in lower case, stands for a length; so a request
 * with neither header and no body is refused, and so is every other transfer coding, which would otherwise be
 * stored undecoded.
 */
export function checkLength(request: IncomingMessage, bytes: number): HermesError | null {
  const declared = declaredLength(request)
  if (declared === bytes) return null
  if (declared < 0 && request.headers['transfer-encoding'] === 'chunked' && request.complete) return null
  return wrongLength(declared, bytes)
}

/** The refusal of a body that is not as long as announced; -1 stands for no announcement. */
export function wrongLength(declared: number, bytes: number): HermesError {
  const problem = `Content-Length does not match the header [header:${declared}, actual:${bytes}].`
  return refusal('VALIDATION_ERROR', { problem }, 'frontend')
}
