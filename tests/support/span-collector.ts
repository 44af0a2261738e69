/**
 * A stand-in for an OpenTelemetry collector that takes spans by OTLP/HTTP in JSON.
 * Takes requests as the protocol has them. Gives the spans decoded; what is no such request is answered 400
 * and kept as a problem.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as it came, with attributes by name and its service. */
export interface CollectedSpan {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startNanos: bigint
  readonly endNanos: bigint
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly error: string | null
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}

export interface SpanCollector {
  /** Where it takes spans. */
  readonly url: string
  /** Those of one trace, or all. */
  spans(traceId?: string): readonly CollectedSpan[]
  /** What came and is no request of spans. */
  problems(): readonly string[]
  /** Headers of the last request. */
  lastHeaders(): Readonly<Record<string, unknown>>
  /** Ends it, so that nobody listens at its port any more. */
  stop(): Promise<void>
}

interface Attribute {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: string
    readonly boolValue?: boolean
    readonly doubleValue?: number
  }
}

interface RawSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly links?: CollectedSpan['links']
  readonly status: { readonly code?: number; readonly message?: string }
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[]
  }[]
}

const errorCode = 2

/** Starts it on a free port of loopback. */
export async function startSpanCollector(): Promise<SpanCollector> {
  const spans: CollectedSpan[] = []
  const problems: string[] = []
  let lastHeaders: Readonly<Record<string, unknown>> = {}
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => void pieces.push(piece))
    request.on('end', () => {
      lastHeaders = request.headers
      try {
        if (request.method !== 'POST' || request.url !== '/v1/traces')
          throw new Error(`${request.method} ${request.url}`)
        if (request.headers['content-type'] !== 'application/json') throw new Error('not JSON')
        spans.push(...decode(JSON.parse(Buffer.concat(pieces).toString('utf8')) as ExportRequest))
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
      } catch (error) {
        problems.push(String(error))
        response.writeHead(400).end()
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    spans: traceId => spans.filter(span => traceId === undefined || span.traceId === traceId),
    problems: () => problems,
    lastHeaders: () => lastHeaders,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => void server.close(resolve))
    },
  }
}

function decode({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(byName(resource.attributes)['service.name'])
    return scopeSpans.flatMap(scope => scope.spans.map(span => decodeSpan(service, span)))
  })
}

function decodeSpan(service: string, span: RawSpan): CollectedSpan {
  const { traceId, spanId, parentSpanId = '', name, kind, status } = span
  if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) throw new Error('an id is none')
  return {
    ...{ service, traceId, spanId, parentSpanId, name, kind },
    startNanos: BigInt(span.startTimeUnixNano),
    endNanos: BigInt(span.endTimeUnixNano),
    attributes: byName(span.attributes),
    error: status.code === errorCode ? (status.message ?? '') : null,
    links: span.links ?? [],
  }
}

function byName(attributes: readonly Attribute[]): Record<string, string | number | boolean> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))
}

function valueOf({
  stringValue,
  intValue,
  boolValue,
  doubleValue,
}: Attribute['value']): string | number | boolean {
  const value =
    stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue))
  if (value === undefined) throw new Error('an attribute has no value')
  return value
}
