/**
 * What OpenTelemetry hears of one attempt to deliver a batch: the work on it, and below that the request.
 * Takes what comes of the attempt. Gives two spans at its end, in a trace of their own: the messages belong
 * to many, so the first span links to what published each that is traced.
 * Promises: exists for batches with a traced message and for no others. Bound: `linksMax`.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { traceparentOf, type RemoteSpan } from '@iris/common/tracing/context'
import { Span, type SpanPlace } from '@iris/common/tracing/span'
import type { Tracer } from '@iris/common/tracing/tracer'
import { publishedSpanOf } from '../attempt-spans.js'
import { callSpan, errorTypeOf, isGood } from '../call-span.js'
import type { BatchPlan } from '../plan.js'
import type { Batch, BatchSpans } from './batch.js'

/** As many as OpenTelemetry's own limit. */
export const linksMax = 128

class LinkedSpans implements BatchSpans {
  readonly traceparent: string
  private readonly work: SpanPlace
  private readonly request: SpanPlace

  constructor(
    private readonly tracer: Tracer,
    private readonly plan: BatchPlan,
    private readonly links: readonly RemoteSpan[],
    /** From 1. */
    private readonly attempt: number,
  ) {
    this.work = tracer.start()
    this.request = tracer.below(this.work)
    this.traceparent = traceparentOf(this.request)
  }

  ended(batch: Batch, result: AttemptResult, deliveredCount: number, nowMs: number): void {
    const { tracer, plan, attempt, request: place } = this
    const { attemptedAtMs: startMs } = batch
    tracer.record(this.workSpan(batch, result, deliveredCount, nowMs))
    const facts = { place, startMs, endMs: nowMs, endpoint: plan.endpoint, hosts: '', attempt }
    tracer.record(callSpan(facts, result))
  }

  private workSpan(batch: Batch, result: AttemptResult, deliveredCount: number, nowMs: number): Span {
    const { plan } = this
    const { length } = batch.elements
    const span = new Span(this.work, 'consumer', `deliver ${plan.topic}`, batch.attemptedAtMs, this.links)
    span.endMs = nowMs
    span.set('messaging.system', 'kafka').set('messaging.operation.type', 'process')
    span.set('messaging.operation.name', 'deliver').set('messaging.destination.name', plan.kafkaTopic)
    span.set('messaging.destination.subscription.name', plan.subscription)
    span.set('messaging.consumer.group.name', plan.groupId).set('messaging.batch.message_count', length)
    span.set('iris.topic', plan.topic).set('iris.subscription', plan.subscription)
    span.set('iris.delivery.attempt', this.attempt).set('iris.batch.id', batch.id)
    span.set('iris.batch.delivered_count', deliveredCount)
    if (deliveredCount === length) return span
    span.set('error.type', isGood(result) ? 'parts' : errorTypeOf(result))
    span.error = `${length - deliveredCount} of ${length} messages were not delivered`
    return span
  }
}

/** The spans of an attempt, or null where no message of the batch is traced. */
export function beginBatchSpans(tracer: Tracer, plan: BatchPlan, batch: Batch): BatchSpans | null {
  const links: RemoteSpan[] = []
  for (const { letter } of batch.elements) {
    if (links.length >= linksMax) break
    const published = publishedSpanOf(tracer, letter.content.propagated)
    if (published !== null) links.push(published)
  }
  return links.length === 0 ? null : new LinkedSpans(tracer, plan, links, batch.attempts + 1)
}
