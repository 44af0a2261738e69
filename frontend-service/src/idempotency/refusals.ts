// pure
/**
 * What a publisher hears about its `Idempotency-Key`.
 * Takes why a request with a key is not served. Gives the refusal with its code, status and headers.
 * Promises: whatever may be sent again carries `Retry-After`.
 */
import { type HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'
import type { Publication } from '../publish/publication.js'
import { overloaded } from '../publish/refusals.js'
import type { KeyRefusal } from './keyed-request.js'

const retryAfterS = 1
const field = 'Idempotency-Key'

/** The header is not what a key may be. */
export function keyWrong(problem: string): HermesError {
  return refusal('IDEMPOTENCY_KEY_INVALID', { problem }, 'frontend', { field })
}

/** The topic takes no message without a key. */
export function keyMissing(topic: string): HermesError {
  return refusal('IDEMPOTENCY_KEY_MISSING', { topic }, 'frontend', { field })
}

/** Not now; the same request may be sent again, and will find the truth. */
export function keyUnavailable(problem: string): HermesError {
  return later(refusal('IDEMPOTENCY_UNAVAILABLE', { problem }, 'frontend'))
}

/** It was passed on and nothing was heard of it: the same request finds out what came of it. */
export function sentAndUnheard(publication: Publication): HermesError {
  const waitedMs = publication.routed?.route.budgetMs ?? 0
  return refusal('SENDING_TO_KAFKA_TIMEOUT', { waitedMs }, 'frontend')
}

/** The shard's refusal. */
export function keyRefusal(why: KeyRefusal): HermesError {
  switch (why.kind) {
    case 'busy':
      return later(refusal('IDEMPOTENCY_KEY_IN_USE', { retryAfterS }, 'frontend'))
    case 'differs':
      return refusal('IDEMPOTENCY_KEY_REUSED', {}, 'frontend')
    case 'full':
      return overloaded
    case 'unavailable':
      return keyUnavailable(why.detail)
  }
}

function later(error: HermesError): HermesError {
  return withHeaders(error, { 'Retry-After': `${retryAfterS}` })
}
