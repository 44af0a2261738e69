/**
 * Configuration keys that more than one service knows.
 * Gives groups of declared keys; a service spreads those it needs into its own table.
 * Promises: the same key means the same in every service.
 * Names: Hermes' where the thing exists there (first entry of its lists of clusters), ours otherwise.
 */
import { bytes, choice, count, flag, key, list, ms, secretKey, text } from './declare.js'
import { logLevels, type LogLevel } from '../lifecycle/log.js'

const brokerList = list().refine(brokers => brokers.length > 0, 'at least one broker')
const rootPath = text(200).refine(
  path => /^(\/[^/\s]+)+$/.test(path),
  'a path such as /hermes, without a slash at its end',
)

/** Where Kafka is and what our things are called in it. Hermes: `kafka.clusters[0].*`, `kafka.namespace*`. */
export const kafkaKeys = {
  kafkaBrokers: key(
    'kafka.brokerList',
    brokerList,
    ['127.0.0.1:9092'],
    'Kafka brokers to ask first, host:port (Hermes: `kafka.clusters[].brokerList`); also `KAFKA_BROKERS`',
  ),
  kafkaNamespace: key(
    'kafka.namespace',
    text(100),
    '',
    'Prefix of every Kafka topic and consumer group of this installation; empty for none',
  ),
  kafkaNamespaceSeparator: key(
    'kafka.namespaceSeparator',
    text(10),
    '_',
    'What stands between the namespace and a name; not used without a namespace',
  ),
  datacenter: key(
    'kafka.datacenter',
    text(100),
    'dc',
    'Name of this data centre in metrics (Hermes: `kafka.clusters[].datacenter`)',
  ),
  kafkaClusterName: key(
    'kafka.clusterName',
    text(100),
    'primary-dc',
    'Name of the Kafka cluster in the ZooKeeper tree (Hermes: `kafka.clusters[].clusterName`)',
  ),
} as const

/** Where ZooKeeper is. Hermes: `zookeeper.clusters[0].*`. */
export const zookeeperKeys = {
  zookeeperServers: key(
    'zookeeper.connectionString',
    text().refine(servers => servers.trim() !== '', 'at least one server'),
    '127.0.0.1:2181',
    'ZooKeeper servers, host:port,… (Hermes: `zookeeper.clusters[].connectionString`); also `ZOOKEEPER`',
  ),
  zookeeperRoot: key(
    'zookeeper.root',
    rootPath,
    '/hermes',
    'Path under which all definitions lie (Hermes: `zookeeper.clusters[].root`)',
  ),
  zookeeperSessionTimeoutMs: key(
    'zookeeper.sessionTimeout',
    ms(1_000, 600_000),
    10_000,
    'How long ZooKeeper waits for a silent process before its locks are free (Hermes defaults to 10,000 s)',
  ),
  zookeeperConnectTimeoutMs: key(
    'zookeeper.connectionTimeout',
    ms(100, 600_000),
    10_000,
    'How long a start waits for the first connection',
  ),
} as const

const day = 86_400_000
const mebibyte = 1024 * 1024

/** Traces of messages, in one Kafka topic of ours (Hermes: an Elasticsearch of its own). */
export const traceKeys = {
  areTracesOn: key(
    'trace.enabled',
    flag(),
    true,
    'Whether topics with `trackingEnabled` and subscriptions with a `trackingMode` are traced at all',
  ),
  traceRetentionMs: key(
    'trace.retention',
    ms(60_000, 365 * day),
    day,
    'How long Kafka keeps traces; for a trace topic not made yet, like the three below',
  ),
  traceRetentionBytes: key(
    'trace.retentionBytes',
    bytes(mebibyte, 1024 * 1024 * mebibyte),
    128 * mebibyte,
    'Bytes of traces that Kafka keeps a partition: with the partitions the bound of the whole, and of a search',
  ),
  tracePartitions: key('trace.partitions', count(1, 1_000), 6, 'Partitions of the trace topic'),
  traceReplication: key(
    'trace.replicationFactor',
    count(-1, 32_767),
    -1,
    'Replicas of the trace topic; -1 takes the default of the brokers',
  ),
  traceQueueMax: key(
    'trace.queueMax',
    count(10, 1_000_000),
    20_000,
    'Events on their way to Kafka; further ones are dropped and counted, nothing waits for them',
  ),
} as const

const registryUrl = text().refine(
  url => url === '' || (URL.canParse(url) && /^https?:/.test(url)),
  'an http or https URL, or nothing',
)

/** The schema registry of AVRO topics. Hermes: the same names, in each service with its prefix. */
export const schemaKeys = {
  registryUrl: key(
    'schema.repository.serverUrl',
    registryUrl,
    '',
    "URL of a schema registry that speaks Confluent's protocol, with its path; empty for none: no AVRO topics",
  ),
  registryAuthorization: secretKey(
    'schema.repository.authorization',
    text(4_096),
    '',
    'Value of the `Authorization` header of calls to the registry; empty for none',
  ),
  registryTimeoutMs: key(
    'schema.repository.httpReadTimeout',
    ms(50, 60_000),
    2_000,
    'How long a call to the registry may take, connecting included',
  ),
  hasSubjectSuffix: key(
    'schema.repository.subjectSuffixEnabled',
    flag(),
    false,
    'Whether subjects are the names of topics with `-value` behind them',
  ),
  hasSubjectNamespace: key(
    'schema.repository.subjectNamespaceEnabled',
    flag(),
    false,
    'Whether the Kafka namespace stands in front of them',
  ),
  schemaRefreshMs: key(
    'schema.cache.refreshAfterWrite',
    ms(100, 365 * day),
    600_000,
    'How old the versions of a subject grow before they are asked for again, beside their use',
  ),
  schemaExpireMs: key(
    'schema.cache.expireAfterWrite',
    ms(1_000, 365 * day),
    day,
    'How long they are used while the registry cannot be asked',
  ),
  compiledIdleMs: key(
    'schema.cache.compiledExpireAfterAccess',
    ms(1_000, 365 * day),
    144_000_000,
    'How long a compiled schema is kept that nobody uses',
  ),
  compiledMax: key(
    'schema.cache.compiledMaximumSize',
    count(10, 1_000_000),
    2_000,
    'Compiled schemas kept; beyond it those unused for longest are forgotten',
  ),
  areSchemaIdsUsed: key(
    'schema.idHeaderEnabled',
    flag(),
    false,
    "Whether the schema's number in the registry counts: `Schema-Id` of a request, `sid` of a record",
  ),
} as const

/** Keys that seal secrets at rest. Hermes keeps them in clear text. */
export const secretsKeys = {
  secretsKeys: secretKey(
    'secrets.keys',
    list(20),
    [],
    'Keys for secrets in ZooKeeper, each 32 bytes as base64 or hex: the first seals, all open; none: clear text',
  ),
  secretsKeyFile: key(
    'secrets.keyFile',
    text(4_096),
    '',
    'File with such keys, one a line, after those above; empty for none',
  ),
} as const

/** What is logged. */
export const logKeys = {
  logLevel: key<LogLevel>(
    'log.level',
    choice(logLevels),
    'info',
    'Least level of the events that are logged',
  ),
} as const

/** What may be called, and how much may be sent at once. */
export const deliveryKeys = {
  allowedNetworks: key(
    'delivery.allowedNetworks',
    list(),
    [],
    'Private or loopback networks (CIDR) that endpoints may lie in; all others of that kind are refused',
  ),
  batchPoolBytesMax: key(
    'consumer.batch.maxPoolSize',
    bytes(64 * 1024, 64 * 1024 * mebibyte),
    64 * mebibyte,
    'Bytes that all batches of a consumers process hold; no `batchVolume` may be larger',
  ),
} as const

/** The counters that all processes share in ZooKeeper; `prefix` is Hermes' of the service. */
export function sharedCounterKeys<const P extends string>(prefix: P) {
  return {
    areCountersShared: key(
      `${prefix}.metrics.micrometer.zookeeperReporterEnabled`,
      flag(),
      true,
      'Whether messages and bytes are counted in ZooKeeper, where `GET …/metrics` has its totals from',
    ),
    counterPeriodMs: key(
      `${prefix}.metrics.micrometer.reportPeriod`,
      ms(100, 3_600_000),
      20_000,
      'How often what was counted is added there',
    ),
  } as const
}
