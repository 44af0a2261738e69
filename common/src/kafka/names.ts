// pure
/**
 * What things are called in Kafka.
 * Takes names of Iris and the installation's namespace. Gives names of topics and consumer groups as Hermes
 * has them.
 */
import { splitTopicName, type SubscriptionName, type TopicName } from '../domain/names.js'

/** Prefix of every Kafka name of an installation; empty by default. */
export interface KafkaNamespace {
  readonly namespace: string
  readonly separator: string
}

/** The namespace of a configuration, whose keys the services share. */
export function kafkaNamespaceOf(config: {
  readonly kafkaNamespace: string
  readonly kafkaNamespaceSeparator: string
}): KafkaNamespace {
  return { namespace: config.kafkaNamespace, separator: config.kafkaNamespaceSeparator }
}

function prefixed(where: KafkaNamespace, name: string): string {
  return where.namespace === '' ? name : `${where.namespace}${where.separator}${name}`
}

/** `[<namespace><separator>]<group>.<topic>` */
export function kafkaTopicName(where: KafkaNamespace, topic: TopicName): string {
  return prefixed(where, topic)
}

/** `[<namespace><separator>]<group>_<topic>_<subscription>`, every `_` inside the parts doubled. */
export function consumerGroupId(
  where: KafkaNamespace,
  topic: TopicName,
  subscription: SubscriptionName,
): string {
  const { group = '', topic: short = '' } = splitTopicName(topic) ?? {}
  const parts = [group, short, subscription].map(part => part.replaceAll('_', '__'))
  return prefixed(where, parts.join('_'))
}

/** Where a subscription's dead letters go: `<kafka topic>.<subscription>_dlq`. */
export function deadLetterTopicName(
  where: KafkaNamespace,
  topic: TopicName,
  subscription: SubscriptionName,
): string {
  return `${kafkaTopicName(where, topic)}.${subscription}_dlq`
}

/** Where the traces of all topics and subscriptions go. */
export function traceTopicName(where: KafkaNamespace): string {
  return prefixed(where, 'iris_traces')
}

/** Where is kept who changed what. */
export function auditTopicName(where: KafkaNamespace): string {
  return prefixed(where, 'iris_audit')
}

/** Where messages wait that are to be delivered later; the group of its owners has the same name. */
export function scheduleTopicName(where: KafkaNamespace): string {
  return prefixed(where, 'iris_scheduled')
}

/** Where the states of idempotency keys are. */
export function idempotencyTopicName(where: KafkaNamespace): string {
  return prefixed(where, 'iris_idempotency')
}

/** Where a subscription's late retries wait: `<kafka topic>.<subscription>_delay`. */
export function delayTopicName(
  where: KafkaNamespace,
  topic: TopicName,
  subscription: SubscriptionName,
): string {
  return `${kafkaTopicName(where, topic)}.${subscription}_delay`
}

/** Kafka keeps `.` and `_` apart in names but not in metric names, so it warns and we refuse such pairs. */
export function collidesInKafka(one: string, other: string): boolean {
  return one !== other && one.replaceAll('.', '_') === other.replaceAll('.', '_')
}
