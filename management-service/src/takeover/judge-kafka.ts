// pure
/**
 * What Kafka says about a take-over.
 * Takes the definitions, the topics of Kafka and the consumer groups. Gives findings about topics that are
 * missing or nobody's, groups that somebody reads with, and offsets that are not there.
 */
import { subscriptionId, type TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { GroupDescription } from '@iris/common/kafka/offsets'
import type { Finding } from './finding.js'
import { createTally } from './tally.js'

export interface GroupFacts {
  readonly group: GroupDescription
  /** Per partition: what is committed, -1 where nothing is, and the first offset that Kafka still has. */
  readonly offsets: readonly { readonly committed: number; readonly earliest: number }[]
}

export interface KafkaFacts {
  readonly topics: ReadonlySet<string>
  /** By `group.topic$subscription`; nothing for those whose Kafka topic is missing. */
  readonly groups: ReadonlyMap<string, GroupFacts>
}

export interface Definitions {
  readonly topics: ReadonlyMap<TopicName, Topic>
  readonly subscriptions: readonly Subscription[]
}

/** Topics of Kafka itself and of Iris. */
const known = /^__|(^|_)iris_(traces|scheduled|idempotency|audit)$|_(dlq|delay)$/

/** Judges Kafka; topics outside the namespace are somebody else's and not looked at. */
export function judgeKafka(
  { topics, subscriptions }: Definitions,
  facts: KafkaFacts,
  namespace: KafkaNamespace,
): readonly Finding[] {
  const tally = createTally()
  const wanted = new Set([...topics.keys()].map(name => kafkaTopicName(namespace, name)))
  for (const name of topics.keys()) {
    const kafkaTopic = kafkaTopicName(namespace, name)
    if (!facts.topics.has(kafkaTopic))
      tally.attention(
        ...(['kafka-topic-missing', `topic ${name}`, `Kafka has no topic ${kafkaTopic}`] as const),
        'Publishing is refused and nothing is delivered: make it, or look at kafka.namespace.',
      )
    if (facts.topics.has(`${kafkaTopic}_avro`))
      tally.attention(
        ...([
          'kafka-topic-avro',
          `topic ${name}`,
          `Hermes writes to ${kafkaTopic}_avro, Iris to ${kafkaTopic}`,
        ] as const),
        'Hermes ran with its mapper for migrations: this topic cannot be taken over in place.',
      )
  }
  const prefix = namespace.namespace === '' ? '' : namespace.namespace + namespace.separator
  for (const topic of [...facts.topics].sort())
    if (topic.startsWith(prefix) && !wanted.has(topic) && !known.test(topic) && !topic.endsWith('_avro'))
      tally.ignored('kafka-topic-unknown', topic, 'a Kafka topic that no definition names')
  for (const subscription of subscriptions) judgeGroup(subscription, facts, tally)
  return tally.findings()
}

function judgeGroup(
  { topicName, name, state }: Subscription,
  facts: KafkaFacts,
  tally: ReturnType<typeof createTally>,
): void {
  const id = subscriptionId(topicName, name)
  const place = `subscription ${id}`
  const found = facts.groups.get(id)
  if (found === undefined) return
  const member = found.group.members[0]
  if (member !== undefined)
    tally.attention(
      'member',
      place,
      `somebody reads with its consumer group: client ${member.clientId} at ${member.host}` +
        (found.group.members.length > 1 ? ` and ${found.group.members.length - 1} more` : ''),
      'Stop it: Iris delivers nothing beside it.',
    )
  const missing = found.offsets.filter(({ committed }) => committed < 0).length
  if (missing > 0 && state !== 'PENDING')
    tally.attention(
      'offsets',
      place,
      `${missing} of ${found.offsets.length} partitions have no committed offset`,
      'It begins there at the earliest message that Kafka has.',
    )
  const overtaken = found.offsets.filter(({ committed, earliest }) => committed >= 0 && committed < earliest)
  if (overtaken.length > 0)
    tally.change(
      'overtaken',
      place,
      `Kafka has deleted messages that it has not got, in ${overtaken.length} partitions`,
    )
}
