// pure
/**
 * The metrics that several services have, each with its own prefix.
 */
import { define } from './define.js'

/** Metrics of the services that write traces, with the service's prefix. */
export const traceMetrics = {
  written: define('counter', 'trace_events_total', [], 'Trace events that Kafka has taken'),
  dropped: define(
    'counter',
    'trace_events_dropped_total',
    ['reason'],
    'Trace events lost: `room` the queue was full, `kafka` Kafka did not take them',
  ),
  waiting: define('gauge', 'trace_events_waiting', [], 'Trace events on their way to Kafka'),
} as const

/** Metrics of every process, with the service's prefix. */
export const processMetrics = {
  loopLag: define('summary', 'event_loop_lag_seconds', [], 'How late the event loop runs timers'),
  ready: {
    ...define('gauge', 'ready', [], '1 while the process is ready, as its `/status/ready` says, else 0'),
    isSame: true,
  },
  zookeeperConnected: {
    ...define('gauge', 'zookeeper_connected', [], '1 while ZooKeeper is connected, else 0'),
    isSame: true,
  },
  zookeeperSessionsLost: define(
    'counter',
    'zookeeper_sessions_lost_total',
    [],
    'Sessions that ZooKeeper ended because it had not heard of this process in time',
  ),
} as const

/** Metrics of the services that send spans to a collector, with the service's prefix; there with one only. */
export const tracingMetrics = {
  exported: define('counter', 'spans_exported_total', [], 'Spans that the collector has taken'),
  dropped: define(
    'counter',
    'spans_dropped_total',
    ['reason'],
    'Spans lost: `room` the queue was full, `collector` it did not take them',
  ),
  waiting: define('gauge', 'spans_waiting', [], 'Spans on their way to the collector'),
} as const
