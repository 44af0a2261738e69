/**
 * A topic as publishing needs it: everything decided once, when the topic changes, and not once a message.
 * Takes a topic and the installation's settings. Gives its place in Kafka, its limits and its counters.
 */
import type { OwnerId } from '@iris/common/domain/owner'
import { retentionMs, type Topic } from '@iris/common/domain/topic'
import type { ChaosPolicy, RespondAsync } from '@iris/common/domain/topic-form'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { TopicGate } from '../access/topic-gate.js'
import type { TopicPreview } from '../preview/preview-shelf.js'
import { chaosPolicyOf } from '../publish/chaos.js'
import type { PublishMetrics, TopicCounters } from '../publish-metrics.js'
import type { JsonRulesPlace } from './schema-book.js'
import type { KafkaRoute } from '../publish/kafka-route.js'
import type { DelayLimit } from '../schedule/deliver-headers.js'

export interface RoutedTopic {
  readonly name: string
  readonly kafkaTopic: string
  /** The greatest body that is taken. */
  readonly bodyBytesMax: number
  /** Bodies over this are taken and logged: the topic's own limit where it is not enforced. */
  readonly bodyBytesWarned: number
  /** Nobody may publish: it wants authentication, and there is none. */
  readonly isClosed: boolean
  /** What stands between a publisher and the topic; null for most topics. */
  readonly gate: TopicGate | null
  /** Where its messages are shown; null where previews are off. */
  readonly preview: TopicPreview | null
  /** How its messages are disturbed on purpose; null for nearly all topics. */
  readonly chaos: ChaosPolicy | null
  /** What its schemas are called in the registry; null where messages are JSON. */
  readonly avroSubject: string | null
  /** Its messages are JSON and tried by its schema in the registry; null for nearly all topics. */
  readonly avroTrial: AvroTrial | null
  /** The JSON Schema that its messages are held against, while it has one. */
  readonly json: JsonRulesPlace
  /** What becomes of its messages is written down. */
  readonly isTracked: boolean
  /** Every message must come with an `Idempotency-Key`. */
  readonly isKeyRequired: boolean
  readonly route: KafkaRoute
  /** How far ahead its messages may be scheduled. */
  readonly delayLimit: DelayLimit
  /** Every message must have a key, of which Kafka keeps the newest. */
  readonly isCompacted: boolean
  readonly owner: OwnerId
  /** Only its owners may read it. */
  readonly isSubscribingRestricted: boolean
  /** Tells it from another of the same name. */
  readonly createdMs: number
  /** When its publishers are answered before Kafka has their message. */
  readonly respondAsync: RespondAsync
  /** Made at the first message, so that 10,000 silent topics cost nothing. */
  counters(): TopicCounters
}

/** What a JSON topic whose messages are tried as Avro needs for it. */
export interface AvroTrial {
  /** What its schemas are called in the registry. */
  readonly subject: string
  /** On `clock.monotonic()`: the registry is not asked before. */
  nextAskMs: number
}

export interface RoutingOptions {
  readonly namespace: KafkaNamespace
  /** No body is greater, whatever a topic says. */
  readonly bodyBytesMax: number
  readonly isTopicLimitForced: boolean
  readonly areTracesOn: boolean
  /** Whether callers can say who they are. */
  readonly isAuthenticating: boolean
  /** Whether chaos policies are obeyed, and as which data centre. */
  readonly chaosIn: string | null
  readonly gateOf: (topic: Topic) => TopicGate | null
  readonly previewOf: ((topic: string) => TopicPreview) | null
  /** What the schemas of a topic are called in the registry. */
  readonly subjectOf: (topic: string) => string
  readonly jsonRulesOf: (topic: string) => JsonRulesPlace
  readonly metrics: PublishMetrics
  /** No message waits longer, whatever its topic keeps. */
  readonly delayMsMax: number
  /** Where the messages of each ack level go. */
  readonly routes: Readonly<Record<Topic['ack'], KafkaRoute>>
}

/** Compiles a topic. */
export function routeTopic(options: RoutingOptions, topic: Topic): RoutedTopic {
  const { auth, name } = topic
  const limit = options.isTopicLimitForced ? topic.maxMessageSize : options.bodyBytesMax
  let counters: TopicCounters | null = null
  return {
    name,
    kafkaTopic: kafkaTopicName(options.namespace, name),
    bodyBytesMax: Math.min(limit, options.bodyBytesMax),
    bodyBytesWarned: topic.maxMessageSize,
    isClosed: auth.enabled && !auth.unauthenticatedAccessEnabled && !options.isAuthenticating,
    gate: options.gateOf(topic),
    preview: options.previewOf?.(name) ?? null,
    chaos: options.chaosIn === null ? null : chaosPolicyOf(topic.chaos, options.chaosIn),
    json: options.jsonRulesOf(name),
    avroSubject: topic.contentType === 'AVRO' ? options.subjectOf(name) : null,
    avroTrial: isTried(topic) ? { subject: options.subjectOf(name), nextAskMs: -Infinity } : null,
    isTracked: topic.trackingEnabled && options.areTracesOn,
    isKeyRequired: topic.idempotencyKeyRequired,
    route: options.routes[topic.ack],
    delayLimit: delayLimitOf(options, topic),
    isCompacted: topic.compaction === 'KEY',
    owner: topic.owner,
    isSubscribingRestricted: topic.subscribingRestricted,
    createdMs: topic.createdAtMs,
    respondAsync: topic.respondAsync,
    counters: () => (counters ??= options.metrics.topic(name, topic.ack)),
  }
}

function isTried({ contentType, jsonToAvroDryRun }: Topic): boolean {
  return contentType === 'JSON' && jsonToAvroDryRun
}

function delayLimitOf({ delayMsMax }: RoutingOptions, topic: Topic): DelayLimit {
  const keptMs = retentionMs(topic.retentionTime)
  return keptMs <= delayMsMax
    ? { delayMsMax: keptMs, reason: `so long does ${topic.name} keep its messages (retentionTime)` }
    : { delayMsMax, reason: 'so long does this installation keep scheduled messages (schedule.maxDelay)' }
}
