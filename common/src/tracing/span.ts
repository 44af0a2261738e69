// pure
/**
 * One span of a trace: what was done, when, and what came of it.
 * Attributes have the names of OpenTelemetry's semantic conventions; what they have no name for begins with
 * `iris.`.
 */

import type { RemoteSpan } from './context.js'

/** OTLP's numbers. */
export const spanKinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const
export type SpanKind = keyof typeof spanKinds

export type AttributeValue = string | number | boolean

/** Where a span stands in its trace; `parentId` is empty for the first of all. */
export interface SpanPlace {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
}

const none: readonly never[] = []

export class Span {
  /** Monotonic. */
  endMs = 0
  /** What went wrong, in a sentence; null where nothing did. */
  error: string | null = null
  /** Names and values in turn. */
  readonly attributes: AttributeValue[] = []

  constructor(
    readonly place: SpanPlace,
    readonly kind: SpanKind,
    readonly name: string,
    /** Monotonic. */
    readonly startMs: number,
    /** Spans of other traces that it is about. */
    readonly links: readonly RemoteSpan[] = none,
  ) {}

  /** Adds an attribute; what is not known is left out. */
  set(name: string, value: AttributeValue | null): this {
    if (value !== null) this.attributes.push(name, value)
    return this
  }
}
