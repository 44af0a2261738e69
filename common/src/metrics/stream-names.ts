// pure
/**
 * The metrics of who reads topics at the frontend; part of the frontend's table.
 */
import { define } from './define.js'

export const streamMetrics = {
  streams: define('gauge', 'streams', [], 'Streams and waiting reads that are open'),
  streamTopics: define('gauge', 'streams_topics', [], 'Topics that are read for streams'),
  streamsBehind: define(
    'gauge',
    'streams_behind',
    [],
    'Readers that read from Kafka by themselves to catch up',
  ),
  streamWaitingBytes: define('gauge', 'streams_waiting_bytes', [], 'Bytes that readers have not taken yet'),
  streamEvents: define('counter', 'streams_events_total', [], 'Messages written to streams'),
  streamEnds: define(
    'counter',
    'streams_ended_total',
    ['reason'],
    'Streams ended by the frontend: `lagging`, `removed`, `replaced`, `forbidden`, `expired` or `stopping`',
  ),
  streamRefusals: define('counter', 'streams_refused_total', ['code'], 'Reads refused, by error code'),
  streamFetches: define(
    'gauge',
    'streams_fetches',
    [],
    'Fetch requests to Kafka for streams since the start',
  ),
} as const
