/**
 * What OpenTelemetry hears of one attempt to deliver a message: the work on it, and below that the request.
 * Takes what comes of the attempt. Gives two spans at its end: `deliver` (consumer, below what published the
 * message) and `POST` (client), which the receiver finds as its parent in `traceparent`.
 * Promises: exists for messages whose publishing is recorded and for no others.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { traceparentName, traceparentOf } from '@iris/common/tracing/context'
import { Span, type SpanPlace } from '@iris/common/tracing/span'
import type { Tracer } from '@iris/common/tracing/tracer'
import type { Verdict } from './judge.js'
import type { Letter, LetterSpans } from './letter.js'
import type { DeliveryPlan } from './plan.js'

const firstError = 400

export class AttemptSpans implements LetterSpans {
  private readonly request: SpanPlace
  private result: AttemptResult | null = null
  private death: string | null = null

  constructor(
    private readonly tracer: Tracer,
    private readonly plan: DeliveryPlan,
    private readonly work: SpanPlace,
    /** From 1. */
    private readonly attempt: number,
    /** Where the publisher's `traceparent` stands among its header lines. */
    private readonly lineIndex: number,
  ) {
    this.request = tracer.below(work)
  }

  /** The publisher's lines with the request's span as the parent of what the receiver does. */
  linesFor(propagated: readonly string[]): readonly string[] {
    const lines = propagated.slice()
    lines[this.lineIndex + 1] = traceparentOf(this.request)
    return lines
  }

  /** A request ended. Of several the first that was not taken is told. */
  answered(result: AttemptResult): void {
    if (this.result === null || !isGood(result)) this.result = result
  }

  /** The message is on its way to the dead letters. */
  died(className: string): void {
    this.death = className
  }

  ended(letter: Letter, verdict: Verdict, nowMs: number): void {
    const { tracer } = this
    tracer.record(this.workSpan(letter, verdict, nowMs))
    if (this.result !== null) tracer.record(this.requestSpan(letter, this.result, nowMs))
  }

  private workSpan(letter: Letter, verdict: Verdict, nowMs: number): Span {
    const { plan } = this
    const { content, origin, attemptedAtMs } = letter
    const span = new Span(this.work, 'consumer', `deliver ${plan.topic}`, attemptedAtMs)
    span.endMs = nowMs
    span.set('messaging.system', 'kafka').set('messaging.operation.type', 'process')
    span.set('messaging.operation.name', 'deliver').set('messaging.destination.name', plan.kafkaTopic)
    span.set('messaging.destination.subscription.name', plan.subscription)
    span.set('messaging.destination.partition.id', String(origin.partition))
    span.set('messaging.kafka.offset', origin.offset).set('messaging.consumer.group.name', plan.groupId)
    span.set('messaging.message.id', content.messageId).set('iris.topic', plan.topic)
    span.set('iris.subscription', plan.subscription).set('iris.delivery.attempt', this.attempt)
    span.set('iris.delivery.outcome', this.outcomeOf(verdict)).set('iris.dead_letter.class', this.death)
    if (verdict.kind === 'delivered') return span
    span.set('error.type', this.result === null ? 'cancelled' : errorTypeOf(this.result))
    span.error = verdict.reason
    return span
  }

  private requestSpan(letter: Letter, result: AttemptResult, nowMs: number): Span {
    const { endpoint } = this.plan
    const span = new Span(this.request, 'client', 'POST', letter.attemptedAtMs)
    span.endMs = nowMs
    span.set('http.request.method', 'POST')
    // Without its query: that is where tokens are.
    span.set('url.full', endpoint.origin + endpoint.pathname)
    span.set('server.address', letter.remoteHosts === '' ? endpoint.hostname : letter.remoteHosts)
    span.set('server.port', portOf(endpoint))
    span.set('http.response.status_code', result.kind === 'answer' ? result.status : null)
    span.set('http.request.resend_count', this.attempt > 1 ? this.attempt - 1 : null)
    if (isGood(result)) return span
    span.set('error.type', errorTypeOf(result))
    span.error = result.kind === 'answer' ? `it answered ${result.status}` : result.detail
    return span
  }

  private outcomeOf(verdict: Verdict): string {
    if (this.death !== null) return 'dead_letter'
    return verdict.kind === 'dead' ? 'dead_letter' : verdict.kind
  }
}

/** The spans of an attempt, or null where the message is not traced. */
export function beginAttempt(
  tracer: Tracer,
  plan: DeliveryPlan,
  { content, attempts }: Letter,
): AttemptSpans | null {
  const { propagated } = content
  if (propagated === null) return null
  for (let index = 0; index + 1 < propagated.length; index += 2) {
    const name = propagated[index] ?? ''
    if (name.length !== traceparentName.length || name.toLowerCase() !== traceparentName) continue
    const place = tracer.follow(propagated[index + 1])
    return place === null ? null : new AttemptSpans(tracer, plan, place, attempts + 1, index)
  }
  return null
}

/** The publisher's lines as they go out with this attempt. */
export function linesSent({ content, spans }: Pick<Letter, 'content' | 'spans'>): readonly string[] | null {
  const { propagated } = content
  return spans === null || propagated === null ? propagated : spans.linesFor(propagated)
}

function isGood(result: AttemptResult): boolean {
  return result.kind === 'answer' && result.status < firstError
}

/** A status, or what kept an answer from coming. */
function errorTypeOf(result: AttemptResult): string {
  if (result.kind === 'answer') return String(result.status)
  return result.kind === 'error' && result.isOurFault ? 'own_fault' : result.kind
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
