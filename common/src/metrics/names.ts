/**
 * Every metric, declared once: name, kind, labels, help.
 * Names are Hermes' where it has the metric (management's rates depend on them), ours otherwise.
 * Each service appends its own table; a name that is not declared cannot be created.
 */
import { define } from './define.js'
import { producerMetrics } from './producer-names.js'
import { spoolMetrics } from './spool-names.js'
import { streamMetrics } from './stream-names.js'

export type { MetricDefinition, MetricKind } from './define.js'
export { managementMetrics } from './management-names.js'
export { processMetrics, traceMetrics, tracingMetrics } from './process-names.js'

const topicLabels = ['group', 'topic'] as const
const subscriptionLabels = ['group', 'topic', 'subscription'] as const

/** Calls to the schema registry, the same in every service. */
export const schemaMetrics = {
  getSchema: define(
    'summary',
    'schema_get_schema_seconds',
    ['schema_repo_type'],
    'Calls that ask the registry for a schema',
  ),
  getVersions: define(
    'summary',
    'schema_get_versions_seconds',
    ['schema_repo_type'],
    'Calls that ask the registry for versions',
  ),
} as const

/** Metrics of the frontend, without the prefix `hermes_frontend_`. */
export const frontendMetrics = {
  topicRequests: define(
    'counter',
    'topic_requests_total',
    topicLabels,
    'Publish requests finished, any status',
  ),
  requests: define('counter', 'topic_global_requests_total', [], 'Publish requests finished over all topics'),
  topicStatus: define(
    'counter',
    'topic_http_status_codes_total',
    [...topicLabels, 'status_code'],
    'Publish requests by status',
  ),
  status: define(
    'counter',
    'topic_global_http_status_codes_total',
    ['status_code'],
    'Publish requests by status',
  ),
  topicPublished: define(
    'counter',
    'topic_published_total',
    [...topicLabels, 'storageDc'],
    'Messages acknowledged by Kafka',
  ),
  schemaViolations: define(
    'counter',
    'topic_json_schema_violations_total',
    topicLabels,
    "Messages that do not fit their topic's JSON Schema, refused or not",
  ),
  avroTrials: define(
    'counter',
    'topic_avro_trials_total',
    [...topicLabels, 'result'],
    'Messages of JSON topics with `jsonToAvroDryRun`, by whether they would do as Avro: `fits`, `fails`, or ' +
      '`no_schema` where there was none to try them with',
  ),
  topicBytes: define(
    'counter',
    'topic_throughput_bytes_total',
    topicLabels,
    'Bytes of message bodies received',
  ),
  bytes: define('counter', 'topic_global_throughput_bytes_total', [], 'Bytes of message bodies received'),
  topicSize: define('summary', 'topic_message_size_bytes', topicLabels, 'Size of message bodies'),
  size: define('summary', 'topic_global_message_size_bytes', [], 'Size of message bodies'),
  leaderLatency: define(
    'summary',
    'topic_ack_leader_latency_seconds',
    topicLabels,
    'Request to answer, ack LEADER',
  ),
  allLatency: define('summary', 'topic_ack_all_latency_seconds', topicLabels, 'Request to answer, ack ALL'),
  leaderLatencyGlobal: define(
    'summary',
    'topic_ack_leader_global_latency_seconds',
    [],
    'The same over topics',
  ),
  allLatencyGlobal: define('summary', 'topic_ack_all_global_latency_seconds', [], 'The same over topics'),
  leaderLatencyKafka: define(
    'summary',
    'topic_ack_leader_broker_latency_seconds',
    [],
    'From the moment a message is ready for Kafka to its acknowledgement, ack LEADER',
  ),
  allLatencyKafka: define('summary', 'topic_ack_all_broker_latency_seconds', [], 'The same, ack ALL'),
  quotaExceeded: define(
    'counter',
    'topic_quota_exceeded_total',
    [...topicLabels, 'limit'],
    'Messages refused with 429: `topic-messages` and the like by a quota, `throughput` by the average rate',
  ),
  ...spoolMetrics,
  ...streamMetrics,
  inflight: define('gauge', 'inflight_requests', [], 'Publish requests open now'),
  ...producerMetrics,
  keyReplays: define(
    'counter',
    'idempotency_replays_total',
    [],
    'Messages that an earlier one with the same idempotency key had stored already',
  ),
  keyRefusals: define(
    'counter',
    'idempotency_refusals_total',
    ['reason'],
    'Messages refused for their idempotency key: `busy`, `differs`, `full` or `unavailable`',
  ),
  keys: define('gauge', 'idempotency_keys', [], 'Idempotency keys in the memory of this frontend'),
  keyShards: define('gauge', 'idempotency_shards', [], 'Shards of idempotency keys served by this frontend'),
  fellows: {
    ...define('gauge', 'fellows', [], 'Frontends that this one knows of, itself among them'),
    isSame: true,
  },
  workers: define('gauge', 'workers', [], 'Worker processes that are ready'),
  workerRestarts: define('counter', 'worker_restarts_total', [], 'Workers that died and were started again'),
  forwards: define(
    'counter',
    'forwards_total',
    ['result'],
    'Requests passed on to the frontend that has to answer them: `answered` or `failed`',
  ),
} as const

/** Metrics of the consumers, without the prefix `hermes_consumers_`. */
export const consumersMetrics = {
  delivered: define('counter', 'subscription_delivered_total', subscriptionLabels, 'Messages delivered'),
  batches: define(
    'counter',
    'subscription_batches_total',
    subscriptionLabels,
    'Batches of which the subscriber took at least one message',
  ),
  discarded: define(
    'counter',
    'subscription_discarded_total',
    subscriptionLabels,
    'Messages given up: dead letters',
  ),
  discardedOnRequest: define(
    'counter',
    'subscription_discarded_on_request_total',
    subscriptionLabels,
    'Messages that a retry rule or the receiver asked to discard',
  ),
  suspensions: define(
    'counter',
    'subscription_suspensions_total',
    [],
    'Subscriptions suspended here because a retry rule asked for it',
  ),
  filteredOut: define(
    'counter',
    'subscription_filtered_out_total',
    subscriptionLabels,
    'Messages that the filters of the subscription kept out',
  ),
  postponed: define(
    'counter',
    'subscription_postponed_total',
    subscriptionLabels,
    'Retries that Kafka holds in the delay topic, each hop counted',
  ),
  delayed: define(
    'gauge',
    'subscription_delayed_messages',
    subscriptionLabels,
    'Messages in the partitions of the delay topic that are read here',
  ),
  retries: define('counter', 'subscription_retries_total', subscriptionLabels, 'Resends scheduled'),
  failures: define('counter', 'subscription_failures_total', subscriptionLabels, 'Attempts that failed'),
  timeouts: define(
    'counter',
    'subscription_timeouts_total',
    subscriptionLabels,
    'Attempts failed by time limit',
  ),
  otherErrors: define(
    'counter',
    'subscription_other_errors_total',
    subscriptionLabels,
    'Attempts failed without a status and not by time limit',
  ),
  statusCodes: define(
    'counter',
    'subscription_http_status_codes_total',
    [...subscriptionLabels, 'status_code'],
    'Answers by status',
  ),
  throughputBytes: define(
    'counter',
    'subscription_throughput_bytes_total',
    subscriptionLabels,
    'Body bytes of every attempt',
  ),
  latency: define('summary', 'subscription_latency_seconds', subscriptionLabels, 'One attempt'),
  inflightTime: define(
    'summary',
    'subscription_inflight_time_seconds',
    subscriptionLabels,
    'From reading to the final outcome',
  ),
  inflight: define(
    'gauge',
    'subscription_inflight',
    subscriptionLabels,
    'Messages being sent or waiting for a retry',
  ),
  pendingOffsets: define(
    'gauge',
    'subscription_pending_offsets',
    subscriptionLabels,
    'Used share of the offset window, 0 to 1',
  ),
  outputRate: define(
    'gauge',
    'max_rate_output_rate',
    subscriptionLabels,
    'Messages a second that the endpoint is sent at most now',
  ),
  calculatedRate: define(
    'gauge',
    'max_rate_calculated_rate',
    subscriptionLabels,
    'Share of the subscription’s rate that this instance may use, messages a second',
  ),
  lag: define(
    'gauge',
    'subscription_lag_messages',
    subscriptionLabels,
    'Messages of the partitions delivered from here that are in Kafka and not settled yet',
  ),
  lagAge: define(
    'gauge',
    'subscription_lag_age_seconds',
    subscriptionLabels,
    'Since the oldest message that was read here and is not settled was published; 0 where there is none',
  ),
  lagShare: define(
    'gauge',
    'subscription_lag_retention_ratio',
    subscriptionLabels,
    "That age in parts of the topic's retention: at 1 Kafka removes what was not delivered",
  ),
  circuitState: define(
    'gauge',
    'subscription_circuit_state',
    subscriptionLabels,
    '0 messages flow, 1 only probes because attempts fail, 2 paused by itself after failing for long',
  ),
  skippedOffsets: define(
    'counter',
    'subscription_skipped_offsets_total',
    subscriptionLabels,
    'Offsets that Kafka no longer held when they were due',
  ),
  missingOffsets: define(
    'counter',
    'subscription_missing_offsets_total',
    subscriptionLabels,
    'Partitions that began at the earliest offset because none was committed',
  ),
  droppedHeaders: define(
    'counter',
    'subscription_dropped_headers_total',
    subscriptionLabels,
    'Headers that HTTP could not carry',
  ),
  waiting: define('gauge', 'waiting_retries', [], 'Messages that wait for a retry, all subscriptions'),
  waitingBytes: define('gauge', 'waiting_retries_bytes', [], 'Bytes held by them'),
  batchBytesMax: define('gauge', 'batch_buffer_total_bytes', [], 'Bytes that all batches may hold'),
  batchBytesFree: define(
    'gauge',
    'batch_buffer_available_bytes',
    [],
    'Those of them that no batch holds; below zero where each holds only the message it may always hold',
  ),
  commits: define('counter', 'offset_commits_committed_total', [], 'Partition offsets committed'),
  commitFailures: define('counter', 'offset_commits_failures_total', [], 'Commits that failed'),
  staleCommits: define(
    'counter',
    'offset_commits_stale_total',
    [],
    'Commits of a former owner found and repaired',
  ),
  tokenRequests: define(
    'counter',
    'oauth_token_requests_total',
    [...subscriptionLabels, 'provider'],
    'Requests for OAuth tokens',
  ),
  tokenFailures: define(
    'counter',
    'oauth_token_request_failures_total',
    [...subscriptionLabels, 'provider'],
    'Those of them that no token came of',
  ),
  tokenLatency: define(
    'summary',
    'oauth_token_request_latency_seconds',
    ['provider'],
    'One request for an OAuth token',
  ),
  slotsRunning: define('gauge', 'consumer_processes_running', [], 'Subscriptions that run here'),
  slotsDying: define('gauge', 'consumer_processes_dying', [], 'Subscriptions that drain here'),
  tasksRunning: define('gauge', 'tasks_running', [], 'Redrives and replays that this process works on'),
  scheduledPending: define(
    'gauge',
    'scheduled_pending',
    [],
    'Scheduled messages of the partitions that this process owns that are not over yet',
  ),
  scheduledDelivered: define(
    'counter',
    'scheduled_delivered_total',
    [],
    'Scheduled messages appended to their topics',
  ),
  scheduledLateness: define(
    'summary',
    'scheduled_lateness_seconds',
    [],
    'From the time a message was scheduled for to the time its topic had it',
  ),
  scheduledLate: define(
    'counter',
    'scheduled_late_total',
    ['reason'],
    'Those of them that were more than a second late: `no_owner` due before this process had the partition ' +
      '(a restart or a take-over), `other` everything else',
  ),
  scheduledCancelled: define('counter', 'scheduled_cancelled_total', [], 'Scheduled messages taken back'),
  scheduledDropped: define(
    'counter',
    'scheduled_dropped_total',
    [],
    'Scheduled messages whose topic was removed before their time',
  ),
  scheduledRefused: define(
    'counter',
    'scheduled_refused_total',
    [],
    'Scheduled messages that Kafka will never take, for their size',
  ),
  scheduledRetried: define(
    'counter',
    'scheduled_retried_total',
    ['reason'],
    'Tries to bring a scheduled message into its topic that left it waiting: `refused` by Kafka as its clock and ' +
      "the topic's settings are, `barred` for want of a permission and the like, `no_topic` in Kafka, `no_word` " +
      'of Kafka in time, `not_sent` without lock, room or reading',
  ),
  undeliveredWritten: define(
    'counter',
    'undelivered_messages_persisted_total',
    [],
    'Dead letters that ZooKeeper has as the last undelivered message of their subscription',
  ),
  undeliveredSize: define(
    'summary',
    'undelivered_messages_persisted_message_size_bytes',
    [],
    'What ZooKeeper has of each of them',
  ),
  avroReads: define(
    'counter',
    'content_avro_deserialization_total',
    ['deserialization_type'],
    'Records of AVRO topics that were read, by what named their schema: `headerSchemaVersion` (the Kafka header ' +
      '`sv`) or `headerSchemaId` (`sid`)',
  ),
  avroReadErrors: define(
    'counter',
    'content_avro_deserialization_errors_total',
    ['deserialization_type'],
    'Those of them that are no record of that schema, or whose schema the registry does not have',
  ),
  assignments: define('gauge', 'workload_all_assignments', ['kafka_cluster'], 'Slots assigned by the leader'),
  missing: define('gauge', 'workload_missing_resources', ['kafka_cluster'], 'Slots nobody could take'),
} as const
