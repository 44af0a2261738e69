/**
 * OpenTelemetry traces of one service: its tracer with all it needs.
 * Takes the configuration. Gives the tracer, or null where no collector is named: then nothing of it exists.
 */
import { hostname } from 'node:os'
import type { ConfigOf } from '../config/declare.js'
import { headersOf, type tracingKeys } from '../config/tracing-keys.js'
import { createCaller } from '../http/calls.js'
import type { Log } from '../lifecycle/log.js'
import { tracingMetrics } from '../metrics/names.js'
import type { Metrics } from '../metrics/registry.js'
import { systemRandom, type Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { createSpanExporter } from './exporter.js'
import { createTracer, type Tracer } from './tracer.js'

export interface OpenTracing {
  readonly tracer: Tracer
  /** Sends the last spans for up to `drainMs`. */
  stop(drainMs: number): Promise<void>
}

export interface TracingParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly metrics: Metrics
}

/** One request at a time; a connection outlives a few quiet periods. */
const connection = { idleMs: 30_000, connectionsMax: 1 }

/** Makes it; nothing is connected before the first span. `service` is what its traces call it. */
export function openTracing(
  { clock, scheduler, log, metrics }: TracingParts,
  config: ConfigOf<typeof tracingKeys>,
  service: string,
): OpenTracing | null {
  if (config.collectorUrl === '') return null
  const exporter = createSpanExporter(
    {
      ...{ clock, scheduler, log, caller: createCaller(scheduler, connection) },
      figures: {
        exported: metrics.counter(tracingMetrics.exported),
        droppedForRoom: metrics.counter(tracingMetrics.dropped, 'room'),
        droppedByCollector: metrics.counter(tracingMetrics.dropped, 'collector'),
      },
    },
    {
      url: config.collectorUrl,
      headers: headersOf(config.collectorHeaders),
      resource: [
        ...['service.namespace', 'iris', 'service.name', service],
        ...['host.name', hostname(), 'process.pid', process.pid, 'process.runtime.name', 'nodejs'],
      ],
      spansMax: config.spansMax,
      batchMax: config.spanBatchMax,
      periodMs: config.spanPeriodMs,
      limitMs: config.collectorLimitMs,
    },
  )
  metrics.gauge(tracingMetrics.waiting, exporter.waitingCount)
  const { sampleRatio: ratio, isParentObeyed } = config
  return {
    tracer: createTracer(span => exporter.add(span), systemRandom, { ratio, isParentObeyed }),
    stop: drainMs => exporter.stop(drainMs),
  }
}
