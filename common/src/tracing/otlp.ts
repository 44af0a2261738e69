// pure
/**
 * Spans as OTLP/HTTP carries them in JSON (`ExportTraceServiceRequest`, OTLP 1.x).
 * Takes spans, and how far wall time is ahead of the clock they were measured by. Gives the body of a
 * request, and what an answer says of spans that were not taken.
 */
import type { RemoteSpan } from './context.js'
import { spanKinds, type AttributeValue, type Span } from './span.js'

/** Attributes of the process that all its spans share: names and values in turn. */
export type Resource = readonly AttributeValue[]

const errorCode = 2
const isSampledFlags = 1
const nanosPerMs = 1_000_000

/** The body of one request. */
export function encodeSpans(resource: Resource, spans: readonly Span[], wallLeadMs: number): string {
  const encoded = spans.map(span => encodeSpan(span, wallLeadMs)).join(',')
  return (
    `{"resourceSpans":[{"resource":{"attributes":[${encodeAttributes(resource)}]},` +
    `"scopeSpans":[{"scope":{"name":"iris"},"spans":[${encoded}]}]}]}`
  )
}

/** How many spans of a request that was answered with success the collector did not take. */
export function rejectedIn(answer: string): number {
  try {
    const parsed = JSON.parse(answer) as { partialSuccess?: { rejectedSpans?: unknown } } | null
    const count = Number(parsed?.partialSuccess?.rejectedSpans ?? 0)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0 // an empty answer, or one of a proxy in between, says nothing of spans
  }
}

function encodeSpan(span: Span, wallLeadMs: number): string {
  const { place, kind, name, error } = span
  const parent = place.parentId === '' ? '' : `"parentSpanId":"${place.parentId}",`
  const status = error === null ? '{}' : `{"code":${errorCode},"message":${JSON.stringify(error)}}`
  return (
    `{"traceId":"${place.traceId}","spanId":"${place.spanId}",${parent}"flags":${isSampledFlags},` +
    `"name":${JSON.stringify(name)},"kind":${spanKinds[kind]},` +
    `"startTimeUnixNano":"${nanosOf(span.startMs + wallLeadMs)}",` +
    `"endTimeUnixNano":"${nanosOf(span.endMs + wallLeadMs)}",` +
    `"attributes":[${encodeAttributes(span.attributes)}],${encodeLinks(span.links)}"status":${status}}`
  )
}

/** Ids are hex, so they stand in a text as they are. */
function encodeLinks(links: readonly RemoteSpan[]): string {
  if (links.length === 0) return ''
  const each = links.map(({ traceId, spanId }) => `{"traceId":"${traceId}","spanId":"${spanId}"}`)
  return `"links":[${each.join(',')}],`
}

function encodeAttributes(attributes: readonly AttributeValue[]): string {
  let text = ''
  for (let index = 0; index + 1 < attributes.length; index += 2) {
    if (text !== '') text += ','
    text += `{"key":${JSON.stringify(String(attributes[index]))},"value":${encodeValue(attributes[index + 1] ?? '')}}`
  }
  return text
}

/** Whole numbers travel as text: JSON's may lose their last digits. */
function encodeValue(value: AttributeValue): string {
  if (typeof value === 'string') return `{"stringValue":${JSON.stringify(value)}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  return Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`
}

/** Nanoseconds since the epoch are more than a number holds exactly, so they are put together as text. */
function nanosOf(wallMs: number): string {
  const whole = Math.floor(wallMs)
  const nanos = Math.min(nanosPerMs - 1, Math.floor((wallMs - whole) * nanosPerMs))
  return `${whole}${String(nanos).padStart(6, '0')}`
}
