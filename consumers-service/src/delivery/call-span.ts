// pure
/**
 * The span of one call to a subscriber's endpoint.
 * Takes where and when it was made, and what came of it. Gives the span, with OpenTelemetry's names for HTTP.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { Span, type SpanPlace } from '@iris/common/tracing/span'

export interface CallFacts {
  readonly place: SpanPlace
  /** Monotonic, like the end. */
  readonly startMs: number
  readonly endMs: number
  readonly endpoint: URL
  /** Whom it went to, where that is not the endpoint's own host; empty otherwise. */
  readonly hosts: string
  /** From 1. */
  readonly attempt: number
}

const firstError = 400

/** The span of a call. */
export function callSpan(facts: CallFacts, result: AttemptResult): Span {
  const { place, startMs, endMs, endpoint, hosts, attempt } = facts
  const span = new Span(place, 'client', 'POST', startMs)
  span.endMs = endMs
  span.set('http.request.method', 'POST')
  // Without its query: that is where tokens are.
  span.set('url.full', endpoint.origin + endpoint.pathname)
  span.set('server.address', hosts === '' ? endpoint.hostname : hosts).set('server.port', portOf(endpoint))
  span.set('http.response.status_code', result.kind === 'answer' ? result.status : null)
  span.set('http.request.resend_count', attempt > 1 ? attempt - 1 : null)
  if (isGood(result)) return span
  span.set('error.type', errorTypeOf(result))
  span.error = result.kind === 'answer' ? `it answered ${result.status}` : result.detail
  return span
}

/** Whether the receiver took what it was sent. */
export function isGood(result: AttemptResult): boolean {
  return result.kind === 'answer' && result.status < firstError
}

/** A status, or what kept an answer from coming. */
export function errorTypeOf(result: AttemptResult): string {
  if (result.kind === 'answer') return String(result.status)
  return result.kind === 'error' && result.isOurFault ? 'own_fault' : result.kind
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
