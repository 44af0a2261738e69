/**
 * Every configuration key of management.
 * Names: Hermes' with the prefix `management.` where Hermes has the thing, ours otherwise; shared keys are as
 * in the other services. Defaults: Hermes' except where prose says why not.
 */
import { bytes, choice, count, flag, key, list, ms, text } from '@iris/common/config/declare'
import { accessKeys, guardKeys, sslKeys } from '@iris/common/config/access-keys'
import {
  deliveryKeys,
  kafkaKeys,
  logKeys,
  schemaKeys,
  secretsKeys,
  traceKeys,
  zookeeperKeys,
} from '@iris/common/config/shared-keys'
import { groupNamePatternDefault } from '@iris/common/domain/group'
import { parsePrivilegedSubscriber } from './subscriptions/subscriber-permissions.js'
import { contentTypes } from '@iris/common/domain/topic-form'
import { consoleKeys, linkKeys } from './console-keys.js'
import { inactiveTopicKeys } from './inactive-keys.js'
import { messageKeys } from './message-keys.js'
import { rateKeys } from './rate-keys.js'

const pattern = text(200).refine(isPattern, 'a regular expression')
const contentTypeList = list(2).refine(
  types => types.length > 0 && types.every(type => contentTypes.some(known => known === type)),
  `some of ${contentTypes.join(', ')}`,
)

const day = 86_400_000

export const managementKeys = {
  ...kafkaKeys,
  ...zookeeperKeys,
  ...logKeys,
  ...traceKeys,
  ...schemaKeys,
  ...deliveryKeys,
  ...secretsKeys,
  isAuditOn: key('audit.enabled', flag(), true, 'Whether changes over REST are kept in a Kafka topic'),
  auditRetentionMs: key(
    'audit.retention',
    ms(3_600_000, 3_650 * day),
    365 * day,
    'How long Kafka keeps them; for an audit topic not made yet, like the next',
  ),
  auditReplication: key(
    'audit.replicationFactor',
    count(-1, 32_767),
    -1,
    'Replicas of the audit topic; -1 takes the default of the brokers',
  ),
  secretsEncrypt: key(
    'secrets.encrypt',
    choice(['auto', 'true', 'false']),
    'auto',
    'Whether new secrets are sealed where there is a key; `auto`: unless Hermes has used the tree and may read it',
  ),
  ...rateKeys,
  ...messageKeys,
  ...accessKeys,
  ...guardKeys,
  ...inactiveTopicKeys,
  ...consoleKeys,
  ...linkKeys,
  ...sslKeys,
  host: key('management.server.host', text(255), '127.0.0.1', 'Address to listen on; 0.0.0.0 for all'),
  advertisedHost: key(
    'management.server.advertisedHost',
    text(253),
    '',
    'Host at which other managements reach this one; empty for the address it listens on, or for the ' +
      "machine's name when it listens on all",
  ),
  hostNames: key(
    'management.server.hostNames',
    list(),
    [],
    'Names in `Host` by which it may be called while `management.auth.mode` is `open`, beside addresses and those ' +
      'of loopback: that of a proxy in front which passes its own on. Its advertised host is one without saying. Any ' +
      'other is 403 WRONG_HOST where it listens on loopback, and elsewhere once names are given',
  ),
  port: key('management.server.port', count(0, 65_535), 8090, 'Port of the REST API'),
  bodyBytesMax: key(
    'management.server.bodyBytesMax',
    bytes(1024, 1_000_000),
    524_288,
    'Largest request body; a definition must also fit into a ZooKeeper node of 1 MiB',
  ),
  requestTimeoutMs: key(
    'management.server.requestTimeout',
    ms(1_000, 300_000),
    30_000,
    'From the first byte of a request to the end of its body',
  ),
  connectionsMax: key(
    'management.server.connectionsMax',
    count(1, 100_000),
    1_000,
    'Connections beyond this are closed at once',
  ),
  frontendUrl: key(
    'management.api.frontendUrl',
    text(255).refine(isHttpUrl, 'an http or https address'),
    'http://127.0.0.1:8080',
    'Where publishers reach the frontends: the descriptions of the API say it',
  ),
  allowedOrigin: key(
    'management.cors.allowedOrigin',
    text(1024),
    '*',
    'Value of `Access-Control-Allow-Origin` in every answer: whose pages may read. Pages of an origin that is named ' +
      'here may change things and see messages, keys and people too; `*` lets those of others only read definitions ' +
      "and figures, and what Hermes' own routes show",
  ),
  groupNamePattern: key(
    'management.group.allowedGroupNameRegex',
    pattern,
    groupNamePatternDefault,
    'Names that new groups may have; must match as a whole',
  ),
  partitions: key(
    'management.topic.partitions',
    count(1, 10_000),
    10,
    'Partitions of the Kafka topic of a new topic',
  ),
  replicationFactor: key(
    'management.topic.replicationFactor',
    count(1, 100),
    1,
    'Replicas of each partition; with one, the loss of a broker loses messages',
  ),
  kafkaMessageBytesMax: key(
    'management.topic.maxMessageSize',
    bytes(1_024, 100_000_000),
    1_048_576,
    '`max.message.bytes` of the Kafka topic of a new topic; a larger `maxMessageSize` is refused',
  ),
  isUncleanElectionAllowed: key(
    'management.topic.uncleanLeaderElectionEnabled',
    flag(),
    false,
    'Whether Kafka may lose acknowledged messages rather than wait for a replica that has them',
  ),
  isTopicRemovalAllowed: key(
    'management.topic.allowRemoval',
    flag(),
    false,
    'Whether topics may be deleted, with their messages',
  ),
  allowedContentTypes: key(
    'management.topic.allowedContentTypes',
    contentTypeList,
    ['AVRO', 'JSON'],
    'Content types that new topics may have',
  ),
  isSchemaRemovalAllowed: key(
    'management.topic.removeSchema',
    flag(),
    false,
    'Whether schemas may be removed from the registry, by themselves or with their topic',
  ),
  isMetadataRequired: key(
    'management.topic.avroContentTypeMetadataRequired',
    flag(),
    true,
    'Whether the schema of an AVRO topic must have the field `__metadata`',
  ),
  schemaDeletePathSuffix: key(
    'schema.repository.deleteSchemaPathSuffix',
    text(100),
    'versions',
    'What stands behind `/subjects/{subject}/` in the call that removes a subject; empty for Confluent and Apicurio',
  ),
  remoteFallback: key(
    'management.topic.defaultFallbackToRemoteDatacenterEnabled',
    flag(),
    false,
    'Value of `fallbackToRemoteDatacenterEnabled` where a new topic does not say',
  ),
  additionalSchemes: key(
    'management.subscription.additionalEndpointProtocols',
    list(20),
    [],
    'Endpoint schemes to accept beside http, https, jms, googlepubsub and googlebigquery',
  ),
  privilegedSubscribers: key(
    'management.subscription.subscribersWithAccessToAnyTopic',
    list(1_000).refine(
      all => all.every(each => parsePrivilegedSubscriber(each) !== null),
      'subscribers are written source:id=protocol+protocol, such as Plaintext:audit=http+https',
    ),
    [],
    'Owners of subscriptions that may subscribe where topics restrict it, `source:id=protocol+protocol` each',
  ),
  pauseTimeoutMs: key(
    'management.subscription.pauseTimeout',
    ms(100, 60_000),
    10_000,
    'How long the answer to SUSPENDED waits until every consumer has stopped',
  ),
  moveTimeoutS: key(
    'management.subscription.offsetsMovedTimeoutInSeconds',
    count(1, 300),
    30,
    'How long a retransmission waits for the consumers to confirm',
  ),
  groupCleanUpDelayMs: key(
    'management.consumer-group.clean-up.initialDelay',
    ms(0, 86_400_000),
    60_000,
    'How long after the removal of a subscription its consumer group is deleted',
  ),
  groupCleanUpIntervalMs: key(
    'management.consumer-group.clean-up.interval',
    ms(100, 86_400_000),
    300_000,
    'Time between tries to delete a consumer group',
  ),
  kafkaTimeoutMs: key(
    'management.kafka.adminRequestTimeout',
    ms(1_000, 300_000),
    20_000,
    'How long a call waits for Kafka (Hermes: `kafka.clusters[].adminRequestTimeout`, 5 min)',
  ),
  kafkaConnectTimeoutMs: key(
    'management.kafka.connectTimeout',
    ms(100, 600_000),
    10_000,
    'How long a start waits for the first broker',
  ),
  healthPeriodMs: key(
    'management.health.period',
    ms(100, 3_600_000),
    30_000,
    'How often ZooKeeper is asked whether it answers, for the metrics of storage health',
  ),
} as const

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value)
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}
