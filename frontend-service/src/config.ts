/**
 * Every configuration key of the frontend, with its default and its meaning.
 * Names are Hermes' where it has the key; defaults differ from its where a note says so.
 */
import { bytes, count, flag, key, list, ms, text } from '@iris/common/config/declare'
import { accessKeys } from '@iris/common/config/access-keys'
import { authenticationKeys, quotaKeys, throughputKeys } from './access-keys.js'
import {
  kafkaKeys,
  logKeys,
  schemaKeys,
  sharedCounterKeys,
  traceKeys,
  zookeeperKeys,
} from '@iris/common/config/shared-keys'
import { tracingKeys } from '@iris/common/config/tracing-keys'
import { spoolKeys } from './spool-keys.js'
import { streamsKeys } from './streams/streams-keys.js'
import { sslKeys } from './tls.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const day = 86_400_000

/** Headers of tracing systems: names that hold no secret and that every hop of a message should keep. */
const traceHeaders = [
  'trace-id',
  'span-id',
  'parent-span-id',
  'trace-sampled',
  'trace-reported',
  'traceparent',
  'tracestate',
]

const serverKeys = {
  host: key('frontend.server.host', text(253), '127.0.0.1', 'Address to listen on (Hermes: all)'),
  port: key('frontend.server.port', count(0, 65_535), 8080, 'Port to listen on; 0 takes any free one'),
  instanceId: key(
    'frontend.server.id',
    text(100).refine(
      id => /^[A-Za-z0-9._-]*$/.test(id) && id !== '.' && id !== '..',
      'letters, digits, dots, underscores and hyphens',
    ),
    '',
    "Name of this process among the frontends, the same after a restart; empty for the machine's name and the port",
  ),
  advertisedHost: key(
    'frontend.server.advertisedHost',
    text(253),
    '',
    'Host at which the other frontends reach this one; empty for the address it listens on, or for the ' +
      "machine's name when it listens on all",
  ),
  workers: key(
    'frontend.server.workers',
    count(1, 64),
    1,
    'Processes that share the port; bounds on memory and connections are divided among them',
  ),
  headersMax: key(
    'frontend.server.maxHeaders',
    count(1, 2_000),
    100,
    'Header lines of a request; more is 431 (Hermes: 20, then 400)',
  ),
  headersTimeoutMs: key(
    'frontend.server.requestParseTimeout',
    ms(100, 600_000),
    5_000,
    'From the first byte of a request to the end of its head; then 408 and the connection is closed',
  ),
  keepAliveTimeoutMs: key(
    'frontend.server.readTimeout',
    ms(100, 3_600_000),
    60_000,
    'How long a connection may idle between requests (Hermes: 2s, which makes pools of clients fail)',
  ),
  connectionsMax: key(
    'frontend.server.maxConnections',
    count(1, 1_000_000),
    10_000,
    'Open connections; further ones are closed at once',
  ),
  backlog: key(
    'frontend.server.backlogSize',
    count(1, 65_535),
    10_000,
    'Connections waiting to be accepted; the system may hold fewer',
  ),
  isStopGraceful: key(
    'frontend.server.gracefulShutdownEnabled',
    flag(),
    true,
    'Whether a stop serves what is under way before it closes',
  ),
  stopWaitMs: key(
    'frontend.server.gracefulShutdownInitialWait',
    ms(0, 60_000),
    1_000,
    'How long a stop goes on serving with health at 503, for load balancers to notice (Hermes: 10s)',
  ),
} as const

const handlerKeys = {
  readBudgetMs: key(
    'frontend.handlers.bodyReadTimeout',
    ms(10, 600_000),
    5_000,
    'From the first byte of a request to the end of its body; then 408 (Hermes: inside the budgets below)',
  ),
  leaderBudgetMs: key(
    'frontend.handlers.idleTimeout',
    ms(10, 600_000),
    2_000,
    "How long Kafka's word is waited for on topics with ack LEADER; then 503 (Hermes: 65ms)",
  ),
  allBudgetMs: key(
    'frontend.handlers.longIdleTimeout',
    ms(10, 600_000),
    2_000,
    'The same with ack ALL (Hermes: 400ms)',
  ),
  isTopicLimitForced: key(
    'frontend.handlers.forceTopicMaxMessageSize',
    flag(),
    true,
    "Whether a body over its topic's maxMessageSize is refused; false only warns (Hermes: false)",
  ),
  isKeepAliveShown: key(
    'frontend.handlers.keepAliveHeader.enabled',
    flag(),
    false,
    'Whether answers to publishers carry `Keep-Alive` with the time below instead of the real one',
  ),
  keepAliveShownMs: key(
    'frontend.handlers.keepAliveHeader.timeout',
    ms(1_000, 3_600_000),
    1_000,
    'What `Keep-Alive: timeout=` says then, in whole seconds',
  ),
  isChaosObeyed: key(
    'frontend.chaos.enabled',
    flag(),
    false,
    'Whether the `chaos` policies of topics delay and fail messages on purpose; for test installations',
  ),
  bodyBytesMax: key(
    'frontend.messages.bodySizeMax',
    bytes(kibibyte, 64 * mebibyte),
    2 * mebibyte,
    'The greatest body, whatever its topic says; more is 400',
  ),
  bodiesBytesMax: key(
    'frontend.messages.bodiesInMemoryMax',
    bytes(mebibyte, 64 * 1024 * mebibyte),
    32 * mebibyte,
    'Bytes of all bodies being read, 2 KiB added for each request; more is 503 OVERLOADED',
  ),
  acceptAnyBytes: key(
    'frontend.messages.acceptAnyBytes',
    flag(),
    false,
    'Whether JSON topics take what is not JSON, as Hermes does; subscribers then receive it',
  ),
  isPropagating: key(
    'frontend.http.headers.propagationEnabled',
    flag(),
    true,
    'Whether HTTP headers travel with a message to its subscribers (Hermes: false)',
  ),
  propagatedHeaders: key(
    'frontend.http.headers.allowedSet',
    list(),
    traceHeaders,
    '**An empty list means all** but connection, content, `Hermes-*`, `Authorization` and `Cookie` headers ' +
      '(Hermes: empty, and all without exception)',
  ),
  isInKafkaHeaders: key(
    'frontend.http.headers.propagationAsKafkaHeaders.enabled',
    flag(),
    true,
    'Whether propagated headers are Kafka headers too',
  ),
  kafkaHeaderPrefix: key(
    'frontend.http.headers.propagationAsKafkaHeaders.prefix',
    text(100),
    'h-',
    'What stands before their names there',
  ),
  alsoTracedHeaders: key(
    'frontend.http.headers.additionalAllowedSetToLog',
    list(),
    [],
    'Headers that traces show beside those that travel',
  ),
} as const

const previewKeys = {
  isPreviewing: key(
    'frontend.message.preview.enabled',
    flag(),
    false,
    'Whether the last messages of each topic are kept for `GET /topics/{topic}/preview` of management',
  ),
  previewMessages: key('frontend.message.preview.size', count(1, 100), 3, 'Messages of a topic and period'),
  previewKibibytes: key(
    'frontend.message.preview.maxSizeKb',
    count(1, 1_000),
    10,
    'KiB of a message that are kept; a node of ZooKeeper holds all of a topic, in Base64, within 1 MiB',
  ),
  previewPeriodMs: key(
    'frontend.message.preview.logPersistPeriod',
    ms(100, 3_600_000),
    30_000,
    'How often they are written; the last frontend that writes wins',
  ),
} as const

const readinessKeys = {
  isReadinessChecked: key(
    'frontend.readiness.check.enabled',
    flag(),
    false,
    "Whether `/status/ready` also obeys management's mark of this data centre, and the check below",
  ),
  isKafkaChecked: key(
    'frontend.readiness.check.kafkaCheckEnabled',
    flag(),
    false,
    'Whether it waits until every topic has leaders and enough replicas in sync; once true it stays true',
  ),
  readinessPeriodMs: key(
    'frontend.readiness.check.interval',
    ms(100, 600_000),
    1_000,
    'How often Kafka is asked until then (Hermes: `intervalSeconds`)',
  ),
} as const

const bulkKeys = {
  bulkRecordsMax: key(
    'frontend.bulk.recordsMax',
    count(1, 1_000_000),
    10_000,
    'Messages of one request that brings many; the rest is not read and answered 413',
  ),
  bulkRequestBytesMax: key(
    'frontend.bulk.requestSizeMax',
    bytes(kibibyte, 16 * 1024 * mebibyte),
    64 * mebibyte,
    'Bytes of the body of such a request; the rest is not read and answered 413',
  ),
  bulkBytesMax: key(
    'frontend.bulk.inMemoryMax',
    bytes(mebibyte, 64 * 1024 * mebibyte),
    32 * mebibyte,
    'Memory of all such requests; each reserves 512 KiB, the room of two records, and 256 bytes a record; ' +
      'more is 503 OVERLOADED',
  ),
  bulkReadMs: key(
    'frontend.bulk.readTimeout',
    ms(100, 3_600_000),
    60_000,
    'From the first byte of such a body to its last; between two pieces frontend.handlers.bodyReadTimeout ' +
      'holds. Then 408 for what has not come, beside the answers for what has',
  ),
} as const

const producerKeys = {
  bufferBytesMax: key(
    'frontend.kafka.producer.bufferMemory',
    bytes(mebibyte, 64 * 1024 * mebibyte),
    64 * mebibyte,
    'Bytes of messages waiting for Kafka or on their way; more is 503 OVERLOADED (Hermes: 256 MiB)',
  ),
  batchBytesMax: key(
    'frontend.kafka.producer.batchSize',
    bytes(kibibyte, 64 * mebibyte),
    900 * kibibyte,
    "Bytes of a batch, at most nine tenths of the topic's max.message.bytes (Hermes: 16 KiB)",
  ),
  kafkaRequestTimeoutMs: key(
    'frontend.kafka.producer.requestTimeout',
    ms(100, 600_000),
    5_000,
    'How long one request to a broker may take before its connection is given up (Hermes: 30m)',
  ),
  deliveryTimeoutMs: key(
    'frontend.kafka.producer.deliveryTimeout',
    ms(1_000, 3_600_000),
    120_000,
    'How long a batch without an answer is repeated, after its callers have heard 503 (Hermes: 30m)',
  ),
  metadataMaxAgeMs: key(
    'frontend.kafka.producer.metadataMaxAge',
    ms(1_000, 3_600_000),
    300_000,
    'How old the layout of topics may grow before Kafka is asked again',
  ),
  kafkaConnectTimeoutMs: key(
    'frontend.kafka.connectTimeout',
    ms(100, 600_000),
    10_000,
    'How long a start waits for the first broker',
  ),
  isLeaderAckLiteral: key(
    'frontend.kafka.producer.leaderAckIsLiteral',
    flag(),
    false,
    'Whether ack LEADER is produced with acks=1 and no idempotence, as in Hermes: a lost answer may then ' +
      'store a message twice and a lost broker may lose it; otherwise LEADER is as safe as ALL',
  ),
} as const

const scheduleKeys = {
  scheduleDelayMsMax: key(
    'schedule.maxDelay',
    ms(1_000, 3_650 * day),
    7 * day,
    'The longest time a message may be published ahead of its delivery, if its topic keeps messages so long',
  ),
  scheduleRetentionMarginMs: key(
    'schedule.retentionMargin',
    ms(3_600_000, 3_650 * day),
    7 * day,
    'How long Kafka keeps scheduled messages beyond that, for times when nobody delivers them',
  ),
  schedulePartitions: key(
    'schedule.partitions',
    count(1, 100),
    2,
    'Partitions of the schedule topic for each of its six lengths of waiting; for a topic not made yet',
  ),
  scheduleReplication: key(
    'schedule.replicationFactor',
    count(-1, 32_767),
    -1,
    'Replicas of the schedule topic; -1 takes the default of the brokers',
  ),
} as const

const idempotencyKeys = {
  keyWindowMs: key(
    'frontend.idempotency.window',
    ms(10_000, 7 * day),
    day,
    'How long a message with an `Idempotency-Key` is stored once and answered the same way; the same for all frontends',
  ),
  keysMax: key(
    'frontend.idempotency.keysPerShardMax',
    count(10, 10_000_000),
    20_000,
    'Keys of the window in memory, for each of 64 shards, about 500 bytes a key; more is 503 OVERLOADED',
  ),
  keyedInFlightMax: key(
    'frontend.idempotency.inFlightMax',
    count(1, 10_000),
    256,
    'Messages with a key on their way into Kafka, each under a producer id of its own; more is 503 OVERLOADED',
  ),
  keyReplication: key(
    'frontend.idempotency.replicationFactor',
    count(-1, 32_767),
    -1,
    'Replicas of the Kafka topic that holds the keys, when it is made; -1 takes the default of the brokers',
  ),
} as const

/** The keys of the service. */
export const frontendKeys = {
  ...serverKeys,
  ...handlerKeys,
  ...bulkKeys,
  ...readinessKeys,
  ...authenticationKeys,
  ...accessKeys,
  ...throughputKeys,
  ...quotaKeys,
  ...previewKeys,
  ...producerKeys,
  ...scheduleKeys,
  ...idempotencyKeys,
  ...spoolKeys,
  ...streamsKeys,
  ...sslKeys,
  ...kafkaKeys,
  ...zookeeperKeys,
  ...logKeys,
  ...traceKeys,
  ...tracingKeys,
  ...schemaKeys,
  ...sharedCounterKeys('frontend'),
} as const
