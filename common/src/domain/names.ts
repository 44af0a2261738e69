// pure
/**
 * Names of groups, topics and subscriptions: one grammar for every place that takes one.
 * Gives branded strings, so that a name that was not checked cannot travel inward.
 * Source: Hermes splits a qualified name at its last dot; parts match `[a-zA-Z0-9_.-]+`.
 */

/** A group, such as `pl.shop`. */
export type GroupName = string & { readonly brand: 'GroupName' }
/** A qualified topic name `group.topic`. */
export type TopicName = string & { readonly brand: 'TopicName' }
/** A subscription's own name, unique below its topic. */
export type SubscriptionName = string & { readonly brand: 'SubscriptionName' }
/** `group.topic$subscription`, unique in an installation. */
export type SubscriptionId = string & { readonly brand: 'SubscriptionId' }

/** Parts of names. ZooKeeper could hold more; Kafka holds topic names up to 249 letters. */
export const namePattern = /^[a-zA-Z0-9_.-]+$/
/** Kafka's limit for a topic name, and so for ours with its namespace. */
export const kafkaNameLengthMax = 249

/** Both halves of a qualified name, or undefined where there is no dot to split at. */
export function splitTopicName(name: string): { group: string; topic: string } | undefined {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? undefined : { group: name.slice(0, dot), topic: name.slice(dot + 1) }
}

/**
 * Whether `part` is a legal half of a topic name or a legal subscription name. `.` and `..` are paths, not
 * names.
 */
export function isNamePart(part: string): boolean {
  return namePattern.test(part) && part !== '.' && part !== '..'
}

/** The checked qualified name, or undefined. */
export function topicName(name: string): TopicName | undefined {
  const parts = splitTopicName(name)
  return parts !== undefined && isNamePart(parts.group) && isNamePart(parts.topic)
    ? (name as TopicName)
    : undefined
}

/** The key of a subscription in maps, logs and ZooKeeper nodes of ours. */
export function subscriptionId(topic: TopicName, subscription: SubscriptionName): SubscriptionId {
  return `${topic}$${subscription}` as SubscriptionId
}

/** Topic and subscription of an id. */
export function splitSubscriptionId(id: SubscriptionId): {
  readonly topic: TopicName
  readonly subscription: SubscriptionName
} {
  const dollar = id.indexOf('$')
  return {
    topic: id.slice(0, dollar) as TopicName,
    subscription: id.slice(dollar + 1) as SubscriptionName,
  }
}
