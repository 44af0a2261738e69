/**
 * What OpenTelemetry hears of one attempt to deliver a message: the work on it, and below that the request.
 * Takes what comes of the attempt. Gives two spans at its end: `deliver` (consumer, below what published the
 * message) and `POST` (client), which the receiver finds as its parent in `traceparent`.
 * Promises: exists for messages whose publishing is recorded and for no others.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { remoteSpanOf, traceparentName, traceparentOf, type RemoteSpan } from '@iris/common/tracing/context'
import { Span, type SpanPlace } from '@iris/common/tracing/span'
import type { Tracer } from '@iris/common/tracing/tracer'
import { callSpan, errorTypeOf, isGood } from './call-span.js'
import type { Verdict } from './judge.js'
import type { Letter, LetterSpans } from './letter.js'
import type { DeliveryPlan } from './plan.js'

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
    if (this.result === null) return
    const { plan, attempt, request: place } = this
    const { attemptedAtMs: startMs, remoteHosts: hosts } = letter
    tracer.record(
      callSpan({ place, startMs, endMs: nowMs, endpoint: plan.endpoint, hosts, attempt }, this.result),
    )
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
  const index = lineIndexIn(propagated)
  const place = index < 0 ? null : tracer.follow(propagated?.[index + 1])
  return place === null ? null : new AttemptSpans(tracer, plan, place, attempts + 1, index)
}

/** The span that published a message, where its publishing is recorded. */
export function publishedSpanOf(
  tracer: Pick<Tracer, 'follows'>,
  propagated: readonly string[] | null,
): RemoteSpan | null {
  const index = lineIndexIn(propagated)
  const value = index < 0 ? undefined : propagated?.[index + 1]
  return tracer.follows(value) ? remoteSpanOf(value) : null
}

/** Where the publisher's `traceparent` stands among its lines; -1 where it sent none. */
function lineIndexIn(propagated: readonly string[] | null): number {
  if (propagated === null) return -1
  for (let index = 0; index + 1 < propagated.length; index += 2) {
    const name = propagated[index] ?? ''
    if (name.length === traceparentName.length && name.toLowerCase() === traceparentName) return index
  }
  return -1
}

/** The publisher's lines as they go out with this attempt. */
export function linesSent({ content, spans }: Pick<Letter, 'content' | 'spans'>): readonly string[] | null {
  const { propagated } = content
  return spans === null || propagated === null ? propagated : spans.linesFor(propagated)
}
