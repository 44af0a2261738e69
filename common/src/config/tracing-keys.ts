/**
 * Configuration keys of OpenTelemetry traces, as every service that has spans knows them.
 * Gives declared keys. Hermes has nothing of this.
 */
import { canBeSent } from '../http/header-rules.js'
import { count, decimal, flag, key, list, ms, secretKey, text } from './declare.js'

const collectorUrl = text().refine(
  url => url === '' || (URL.canParse(url) && /^https?:/.test(url)),
  'an http or https URL, or nothing',
)

const headerList = list(20).refine(
  all => all.every(each => splitHeader(each) !== null),
  'headers are written name=value, with what HTTP can carry',
)

/** Headers written `name=value`, by name. */
export function headersOf(written: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(written.flatMap(each => [splitHeader(each)].filter(split => split !== null)))
}

/** A value may hold `=` itself. */
function splitHeader(written: string): readonly [name: string, value: string] | null {
  const equals = written.indexOf('=')
  const [name, value] = [written.slice(0, equals).trim(), written.slice(equals + 1).trim()]
  return equals > 0 && canBeSent(name, value) ? [name, value] : null
}

/** Spans of messages, sent to a collector. */
export const tracingKeys = {
  collectorUrl: key(
    'tracing.otlp.endpoint',
    collectorUrl,
    '',
    'Where an OpenTelemetry collector takes spans by OTLP/HTTP, with its path, such as ' +
      '`http://collector:4318/v1/traces`; empty: no spans are made',
  ),
  collectorHeaders: secretKey(
    'tracing.otlp.headers',
    headerList,
    [],
    'Headers of requests to the collector, `name=value` each, such as `Authorization=Bearer …`',
  ),
  collectorLimitMs: key(
    'tracing.otlp.timeout',
    ms(100, 60_000),
    5_000,
    'How long one request to the collector may take',
  ),
  sampleRatio: key(
    'tracing.sampler.ratio',
    decimal(0, 1),
    1,
    'The part of messages that begin a trace, of those whose publisher sent no `traceparent`',
  ),
  isParentObeyed: key(
    'tracing.sampler.parentBased',
    flag(),
    true,
    "Whether the publisher's `traceparent` decides where it sent one; otherwise the ratio decides on every message",
  ),
  spansMax: key(
    'tracing.queueMax',
    count(10, 1_000_000),
    8_192,
    'Spans on their way to the collector; further ones are dropped and counted, nothing waits for them',
  ),
  spanBatchMax: key('tracing.batchMax', count(1, 10_000), 256, 'Spans of one request to the collector'),
  spanPeriodMs: key('tracing.period', ms(10, 60_000), 1_000, 'How long spans gather for a request'),
} as const
