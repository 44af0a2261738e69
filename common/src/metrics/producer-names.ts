// pure
/**
 * The metrics of a frontend's Kafka producers, as Hermes names them; part of the frontend's table.
 * Both levels of `ack` have theirs. Unless `LEADER` is literal both are one producer, and show the same: what
 * adds them up counts twice.
 */
import { define } from './define.js'

const labels = ['sender', 'storageDc'] as const
const bufferTotal = 'Bytes that may wait for Kafka'
const bufferFree = 'Bytes still free for messages waiting for Kafka'
const failed = 'Batches refused or given up'
const sent = 'Records acknowledged'
const compression = 'Size of batches on the wire in parts of their size: 1, they are not compressed'
const queueTime = 'The longest that a message of the last half minute waited for its batch to be sent'
const age = 'Since Kafka last told where topics lie'

export const producerMetrics = {
  allBufferTotal: define('gauge', 'kafka_producer_ack_all_buffer_total_bytes', labels, bufferTotal),
  allBufferFree: define('gauge', 'kafka_producer_ack_all_buffer_available_bytes', labels, bufferFree),
  allFailedBatches: define('gauge', 'kafka_producer_ack_all_failed_batches', labels, failed),
  allSent: define('counter', 'kafka_producer_ack_all_record_send_total', labels, sent),
  allCompression: {
    ...define('gauge', 'kafka_producer_ack_all_compression_rate_avg', labels, compression),
    isSame: true,
  },
  allMetadataAge: {
    ...define('gauge', 'kafka_producer_ack_all_metadata_age_seconds', labels, age),
    isSame: true,
  },
  allQueueTime: {
    ...define('gauge', 'kafka_producer_ack_all_record_queue_time_max_seconds', labels, queueTime),
    isSame: true,
  },
  leaderBufferTotal: define('gauge', 'kafka_producer_ack_leader_buffer_total_bytes', labels, bufferTotal),
  leaderBufferFree: define('gauge', 'kafka_producer_ack_leader_buffer_available_bytes', labels, bufferFree),
  leaderFailedBatches: define('gauge', 'kafka_producer_ack_leader_failed_batches', labels, failed),
  leaderSent: define('counter', 'kafka_producer_ack_leader_record_send_total', labels, sent),
  leaderCompression: {
    ...define('gauge', 'kafka_producer_ack_leader_compression_rate_avg', labels, compression),
    isSame: true,
  },
  leaderMetadataAge: {
    ...define('gauge', 'kafka_producer_ack_leader_metadata_age_seconds', labels, age),
    isSame: true,
  },
  leaderQueueTime: {
    ...define('gauge', 'kafka_producer_ack_leader_record_queue_time_max_seconds', labels, queueTime),
    isSame: true,
  },
  brokerLatency: define(
    'summary',
    'broker_latency_seconds',
    ['broker', 'ack'],
    'From a request with messages to its answer, by the number of the broker, which is asked for the acknowledgement ' +
      'of `ALL` replicas, or of the `LEADER` where that is literal',
  ),
} as const
