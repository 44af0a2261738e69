/**
 * What OpenTelemetry hears of one message that is published: the request, and below it the way into Kafka.
 * Takes what the steps find out. Gives two spans at the end: `POST` (server; a record of many has none) and
 * `send` (producer; once the message was ready for Kafka). The second one's place travels with the message.
 * Promises: exists for messages that are traced and for no others.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import { traceparentName, traceparentOf } from '@iris/common/tracing/context'
import { Span, type SpanPlace } from '@iris/common/tracing/span'
import type { Tracer } from '@iris/common/tracing/tracer'
import type { StoredOutcome } from './keep.js'
import type { Origin } from './origin.js'
import type { Publication, PublicationSpans } from './publication.js'

const route = '/topics/{topicName}'
const firstServerError = 500

export class PublishSpans implements PublicationSpans {
  readonly traceparent: string
  private readonly sending: SpanPlace
  private outcome: StoredOutcome | null = null
  private error: HermesError | null = null

  constructor(
    private readonly tracer: Tracer,
    private readonly first: SpanPlace,
    private readonly isRequest: boolean,
  ) {
    this.sending = isRequest ? tracer.below(first) : first
    this.traceparent = traceparentOf(this.sending)
  }

  stored(outcome: StoredOutcome): void {
    this.outcome = outcome
  }

  refused(error: HermesError): void {
    this.error = error
  }

  ended(publication: Publication, status: number, nowMs: number): void {
    if (this.isRequest) this.tracer.record(this.requestSpan(publication, status, nowMs))
    if (publication.route !== null) this.tracer.record(this.sendSpan(publication, nowMs))
  }

  private requestSpan({ topicName, startedMs }: Publication, status: number, nowMs: number): Span {
    const span = new Span(this.first, 'server', `POST ${route}`, startedMs)
    span.endMs = nowMs
    span.set('http.request.method', 'POST').set('http.route', route).set('url.path', `/topics/${topicName}`)
    span.set('http.response.status_code', status).set('error.type', this.error?.code ?? null)
    // What the caller got wrong is no error of the server's.
    if (status >= firstServerError) span.error = this.error?.message ?? ''
    return span
  }

  private sendSpan(publication: Publication, nowMs: number): Span {
    const { topicName, topic, partition, id, readyMs } = publication
    const span = new Span(this.sending, 'producer', `send ${topicName}`, readyMs)
    span.endMs = nowMs
    span.set('messaging.system', 'kafka').set('messaging.operation.type', 'send')
    span.set('messaging.operation.name', 'send').set('messaging.destination.name', topic)
    span.set('messaging.destination.partition.id', partition < 0 ? null : String(partition))
    span.set('messaging.kafka.offset', this.offset()).set('messaging.message.id', id)
    span.set('iris.topic', topicName).set('iris.publish.outcome', this.word())
    span.set('error.type', this.error?.code ?? null)
    span.error = this.error?.message ?? null
    return span
  }

  /** Null where Kafka has not said it. */
  private offset(): number | null {
    return this.outcome === null || this.outcome.offset < 0 ? null : this.outcome.offset
  }

  private word(): 'stored' | 'refused' | 'accepted' {
    if (this.error !== null) return 'refused'
    return this.outcome === null ? 'accepted' : 'stored'
  }
}

/** The spans of a message, or null where it is not traced. */
export function beginSpans(tracer: Tracer, { sent, caller }: Origin): PublishSpans | null {
  const traceparent = sent.headers[traceparentName]
  const first = tracer.begin(typeof traceparent === 'string' ? traceparent : undefined)
  return first === null ? null : new PublishSpans(tracer, first, caller === undefined)
}
