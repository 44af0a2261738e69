/**
 * Every configuration key of the consumers, with its default and its meaning.
 * Names are Hermes' where it has the key; defaults differ from its where a note says so.
 */
import { bytes, count, decimal, flag, key, list, ms, secretKey, text } from '@iris/common/config/declare'
import {
  deliveryKeys,
  kafkaKeys,
  logKeys,
  schemaKeys,
  secretsKeys,
  sharedCounterKeys,
  traceKeys,
  zookeeperKeys,
} from '@iris/common/config/shared-keys'
import { tracingKeys } from '@iris/common/config/tracing-keys'
import { rateKeys } from './rate-keys.js'

const mebibyte = 1024 * 1024
const day = 24 * 60 * 60 * 1000

const serverKeys = {
  host: key('consumer.server.host', text(253), '127.0.0.1', 'Address of the status pages (Hermes: all)'),
  port: key(
    'consumer.healthCheckPort',
    count(0, 65_535),
    8000,
    'Port of the status pages; 0 takes any free one',
  ),
  advertisedUrl: key(
    'consumer.server.advertisedUrl',
    text(1_000).refine(url => url === '' || URL.canParse(url), 'a URL such as http://consumers-1:8000'),
    '',
    'Where management reaches the status pages; empty: the address and port listened on, or the name of the machine',
  ),
} as const

const kafkaClientKeys = {
  kafkaConnectTimeoutMs: key(
    'consumer.kafka.connectTimeout',
    ms(100, 600_000),
    10_000,
    'How long a start waits for the first broker',
  ),
  kafkaRequestTimeoutMs: key(
    'consumer.kafka.requestTimeout',
    ms(100, 600_000),
    5_000,
    'Limit of one request to Kafka, fetches aside',
  ),
  metadataMaxAgeMs: key(
    'consumer.kafka.metadataMaxAge',
    ms(1_000, 3_600_000),
    300_000,
    'How old the known layout of topics may be',
  ),
  fetchWaitMs: key(
    'consumer.kafka.fetchMaxWait',
    ms(1, 60_000),
    500,
    'How long Kafka holds a fetch for the first new message',
  ),
  partitionBytesMax: key(
    'consumer.kafka.maxPartitionFetchBytes',
    bytes(1_024, 256 * mebibyte),
    mebibyte,
    'Bytes of one partition in an answer; a larger message still comes, alone',
  ),
  cacheBytesMax: key(
    'consumer.kafka.cacheBytesMax',
    bytes(mebibyte, 64 * 1024 * mebibyte),
    32 * mebibyte,
    'Fetched bytes that are kept for subscriptions of one topic to share',
  ),
  commitConnections: key(
    'consumer.kafka.commitConnections',
    count(1, 64),
    4,
    'Connections to each broker for offsets',
  ),
} as const

const offsetKeys = {
  commitPeriodMs: key(
    'consumer.commit.offset.period',
    ms(50, 600_000),
    1_000,
    'How often what is delivered is committed (Hermes: 60s): at most so much is repeated after a crash',
  ),
  recommitMs: key(
    'consumer.commit.offset.recommitPeriod',
    ms(1_000, day),
    60_000,
    'How often all offsets held are committed, moved or not, so that Kafka does not forget them',
  ),
  readBackMs: key(
    'consumer.commit.offset.readBackPeriod',
    ms(100, 3_600_000),
    10_000,
    'How often own commits are read back, to find and repair those that a former owner wrote over them',
  ),
  keepPeriodMs: key(
    'consumer.commit.offset.suspendedPeriod',
    ms(1_000, 7 * day),
    3_600_000,
    'How often the leader commits the offsets of subscriptions that nobody delivers',
  ),
  windowMax: key(
    'consumer.commit.offset.queuesSize',
    count(10, 100_000),
    2_000,
    'Unsettled messages of one partition; the commit metadata (4,096 bytes) usually bounds them earlier',
  ),
} as const

const deliveryLimitKeys = {
  inflightMax: key(
    'consumer.serialConsumer.inflightSize',
    count(1, 10_000),
    100,
    'Messages of a subscription in flight where its policy does not say',
  ),
  inflightLimit: key(
    'consumer.serialConsumer.inflightSizeLimit',
    count(1, 10_000),
    1_000,
    'Messages of a subscription in flight whatever its policy says',
  ),
  requestsMax: key(
    'consumer.delivery.requestsMax',
    count(10, 100_000),
    2_000,
    'Requests that all subscriptions together have open, before each is held to `requestsEachMin`',
  ),
  requestsEachMin: key(
    'consumer.delivery.requestsEachMin',
    count(1, 1_000),
    8,
    'Requests that a subscription may have open however many others are',
  ),
  waitingMax: key(
    'consumer.delivery.waitingMax',
    count(10, 10_000_000),
    10_000,
    'Messages that wait for a retry or behind their key; beyond, who has some uses its delay topic or reads no further',
  ),
  waitingBytesMax: key(
    'consumer.delivery.waitingBytesMax',
    bytes(64 * 1024, 64 * 1024 * mebibyte),
    64 * mebibyte,
    'Bytes of those messages',
  ),
  drainMs: key(
    'consumer.delivery.drainTimeout',
    ms(0, 11_000),
    10_000,
    'How long a stop waits for attempts under way; what ends within it is not repeated',
  ),
  handOverMs: key(
    'consumer.delivery.handOverTimeout',
    ms(0, 60_000),
    8_000,
    'The same when a subscription is suspended or a partition moves to another process',
  ),
  fenceShare: key(
    'consumer.delivery.fencePercent',
    count(1, 95),
    80,
    'Ordered subscriptions stop sending when ZooKeeper was silent for this part of the session',
  ),
} as const

const filterKeys = {
  isFilteringEnabled: key(
    'consumer.receiver.filteringEnabled',
    flag(),
    true,
    'Whether the filters of subscriptions count; without them every message is delivered',
  ),
  isFilterRateLimited: key(
    'consumer.receiver.filteringRateLimiterEnabled',
    flag(),
    false,
    'Whether a subscription filters out at most `rate` messages a second in each process (Hermes: true)',
  ),
} as const

const httpKeys = {
  httpConnectTimeoutMs: key(
    'consumer.http-client.serial.http1.connectionTimeout',
    ms(100, 300_000),
    15_000,
    'How long a connection to a subscriber may take; an attempt also ends at its own limit',
  ),
  http2Enabled: key(
    'consumer.http-client.serial.http2.enabled',
    flag(),
    true,
    'Whether subscriptions with `http2Enabled` get HTTP/2; otherwise they get HTTP/1.1',
  ),
  httpIdleMs: key(
    'consumer.http-client.serial.http1.idleTimeout',
    ms(1_000, 3_600_000),
    30_000,
    'When an unused connection to a subscriber is closed (Hermes: never)',
  ),
  dnsServers: key(
    'consumer.http-client.dnsServers',
    list(),
    [],
    'DNS servers to ask for endpoints, address or address:port; the system’s where it is empty',
  ),
  dnsTimeoutMs: key(
    'consumer.http-client.dnsTimeout',
    ms(50, 60_000),
    2_000,
    'Limit of one question to one DNS server',
  ),
} as const

const sslKeys = {
  sslCaFile: key(
    'consumer.ssl.caFile',
    text(),
    '',
    'PEM file of authorities that endpoints may also be certified by, beside the public ones; read again on change',
  ),
  sslCertFile: key(
    'consumer.ssl.certFile',
    text(),
    '',
    'PEM file of the certificate shown to endpoints that ask for one',
  ),
  sslKeyFile: key('consumer.ssl.keyFile', text(), '', 'PEM file of the key of that certificate'),
} as const

const oAuthKeys = {
  tokensMax: key(
    'consumer.oauth.subscriptionTokensCacheMaxSize',
    count(1, 1_000_000),
    1_000,
    'OAuth tokens held at once; beyond, the one not used for longest is forgotten and asked for when needed',
  ),
  tokenReductionFactor: key(
    'consumer.oauth.providersTokenRequestRateLimiterRateReductionFactor',
    decimal(1, 1_000),
    2,
    'By how much each request for a token lengthens the wait before the next one, until a message is delivered',
  ),
} as const

const forwardingKeys = {
  frontends: key(
    'consumer.forwarding.frontends',
    list().refine(
      all => all.every(url => /^https?:\/\/[^/]+$/.test(url) && URL.canParse(url)),
      'a list of addresses such as http://frontend-1:8080',
    ),
    [],
    'Frontends that messages are published through which a subscription forwards to another topic; in turn',
  ),
  frontendAuthorization: secretKey(
    'consumer.forwarding.authorization',
    text(),
    '',
    'The `Authorization` of such publishes, such as `Bearer` and an API key, for topics that ask who publishes',
  ),
} as const

const deadLetterKeys = {
  deadLetterRetentionMs: key(
    'consumer.deadLetter.retention',
    ms(60_000, 3_650 * day),
    30 * day,
    'How long Kafka keeps dead letters; for topics not made yet',
  ),
  deadLetterReplication: key(
    'consumer.deadLetter.replicationFactor',
    count(-1, 32_767),
    -1,
    'Replicas of a dead-letter or delay topic; -1 takes the default of the brokers',
  ),
  delayRetentionMarginMs: key(
    'consumer.delayTopic.retentionMargin',
    ms(3_600_000, 3_650 * day),
    7 * day,
    'How long a delay topic keeps retries beyond the time that they are tried, for times when nobody reads it',
  ),
  undeliveredPeriodMs: key(
    'consumer.undeliveredMessageLogPersistPeriod',
    ms(100, 3_600_000),
    5_000,
    'How often the last undelivered messages are written to ZooKeeper',
  ),
} as const

const taskKeys = {
  tasksMax: key(
    'consumer.tasks.max',
    count(0, 100),
    4,
    'Redrives and replays that this process works on at a time; 0 leaves all of them to others',
  ),
} as const

const scheduleKeys = {
  scheduleIndexMax: key(
    'consumer.schedule.indexMax',
    count(20_000, 10_000_000),
    200_000,
    'Scheduled messages of a partition that are known at a time, 41 bytes each; beyond it those of later are ' +
      'read again when their time comes near',
  ),
} as const

const workloadKeys = {
  consumersPerSubscription: key(
    'consumer.workload.consumersPerSubscription',
    count(1, 1_000),
    2,
    'Instances that share a subscription, if there are so many',
  ),
  balanceDebounceMs: key(
    'consumer.workload.rebalanceDelay',
    ms(0, 60_000),
    50,
    'How long the leader gathers changes before it balances (Hermes balances each 30s)',
  ),
  retryMs: key(
    'consumer.workload.retryDelay',
    ms(10, 60_000),
    1_000,
    'Between tries while Kafka or ZooKeeper does not answer',
  ),
  foreignMs: key(
    'consumer.workload.foreignMemberDelay',
    ms(100, 600_000),
    5_000,
    'Between looks at a consumer group that has members which are not ours',
  ),
} as const

export const consumersKeys = {
  ...kafkaKeys,
  ...zookeeperKeys,
  ...logKeys,
  ...deliveryKeys,
  ...serverKeys,
  ...kafkaClientKeys,
  ...offsetKeys,
  ...deliveryLimitKeys,
  ...rateKeys,
  ...filterKeys,
  ...httpKeys,
  ...sslKeys,
  ...oAuthKeys,
  ...forwardingKeys,
  ...deadLetterKeys,
  ...traceKeys,
  ...tracingKeys,
  ...schemaKeys,
  ...secretsKeys,
  ...sharedCounterKeys('consumer'),
  ...taskKeys,
  ...scheduleKeys,
  ...workloadKeys,
} as const
