/**
 * The facts of a diagnosis, asked of all who know a part of them.
 * Takes names. Gives facts within `factsMs`; who does not answer in its share of that is a fact too.
 * Bounds: `askedMax` consumers processes, owners first, each asked for one subscription only.
 */
import { subscriptionId, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import { unsupportedInSubscription } from '@iris/common/domain/supported'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { Asker } from '@iris/common/http/ask'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import { countOpen } from '../dead-letters/count-open.js'
import type { DeadLetterParts } from '../dead-letters/open-letters.js'
import type {
  KafkaGroups,
  KafkaProgress,
  KafkaRecords,
  KafkaSearch,
  OffsetRange,
} from '../store/kafka-ports.js'
import type {
  LiveConsumer,
  LiveConsumers,
  RetryState,
  SlotHolder,
  SubscriptionStore,
  TopicStore,
} from '../store/ports.js'
import {
  lagOf,
  readRow,
  type ConsumersFacts,
  type DefinitionFacts,
  type Facts,
  type KafkaFacts,
  type PartitionFacts,
  type Said,
  type Unanswered,
} from './facts.js'

export interface CollectParts {
  readonly store: TopicStore & SubscriptionStore & Pick<RetryState, 'parkedKeys'>
  readonly consumers: LiveConsumers
  readonly groups: KafkaGroups
  readonly progress: KafkaProgress
  readonly search: KafkaSearch
  readonly deadLetters: DeadLetterParts
  readonly records: KafkaRecords
  readonly asker: Asker
  readonly namespace: KafkaNamespace
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

/** Names of what is asked about. */
export interface Names {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

/** The whole takes no longer: ZooKeeper and Kafka are asked beside each other, processes after ZooKeeper. */
export const factsMs = 1_900
const zookeeperMs = 900
const kafkaMs = 1_700
const askMs = 800
const askedMax = 32
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const messageBytesMax = 16_777_216

/** Collects. Refuses names that do not exist, where storage can tell. */
export async function collectFacts(parts: CollectParts, names: Names): Promise<Facts> {
  const nowMs = parts.clock.now()
  const [definition, kafka, consumers] = await Promise.all([
    answered(parts, zookeeperMs, 'ZooKeeper', definitionOf(parts, names)),
    answered(parts, kafkaMs, 'Kafka', kafkaOf(parts, names, nowMs)),
    consumersOf(parts, names),
  ])
  return { ...names, nowMs, definition, kafka, consumers }
}

/** What does not come in time goes on behind; its own limits end it. */
async function answered<T>(
  { scheduler, log }: CollectParts,
  limitMs: number,
  who: string,
  work: Promise<T>,
): Promise<T | Unanswered> {
  try {
    return await withDeadline(scheduler, limitMs, who, work)
  } catch (error) {
    if (error instanceof HermesError && error.status < 500) throw error
    log.warn('diagnosis.unanswered', { who, error })
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

async function definitionOf({ store }: CollectParts, { topic, name }: Names): Promise<DefinitionFacts> {
  const [ofTopic, ofSubscription, parkedKeys] = await Promise.all([
    store.topic(topic),
    store.subscription(topic, name),
    store.parkedKeys(topic, name),
  ])
  if (ofTopic === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  if (ofSubscription === null) throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic })
  const subscription = ofSubscription.value
  const unsupported = unsupportedInSubscription(subscription)
  return { subscription, unsupported, parkedKeys }
}

async function kafkaOf(parts: CollectParts, names: Names, nowMs: number): Promise<KafkaFacts> {
  const { namespace, search, groups, progress, deadLetters: letters } = parts
  const kafkaTopic = kafkaTopicName(namespace, names.topic)
  const groupId = consumerGroupId(namespace, names.topic, names.name)
  const numbers = (await search.partitions(kafkaTopic)) ?? []
  if (numbers.length === 0) {
    const nothing = { members: [], oldestPublishedMs: null, deadLetters: { all: 0, lastHour: 0 } }
    return { kafkaTopic, groupId, partitions: [], ...nothing }
  }
  const lastMinute = { fromMs: nowMs - minuteMs, toMs: null }
  const [committed, whole, recent, group, deadLetters] = await Promise.all([
    progress.committed(groupId, kafkaTopic, numbers),
    search.ranges(kafkaTopic, numbers, { fromMs: null, toMs: null }),
    search.ranges(kafkaTopic, numbers, lastMinute),
    groups.describe(groupId),
    countOpen(letters, names, nowMs - hourMs),
  ])
  const partitions = numbers.map((partition, index): PartitionFacts => {
    const { first, next } = whole[index] ?? { first: 0, next: 0 }
    const publishedLastMinute = lengthOf(recent[index])
    return { partition, committed: committed[index] ?? null, first, end: next, publishedLastMinute }
  })
  const oldestPublishedMs = await oldestOf(parts, kafkaTopic, partitions)
  const { all, since: lastHour } = deadLetters
  const { members } = group
  return { kafkaTopic, groupId, partitions, members, oldestPublishedMs, deadLetters: { all, lastHour } }
}

function lengthOf(...ranges: readonly (OffsetRange | undefined)[]): number {
  return ranges.reduce((total, range) => total + Math.max(0, (range?.next ?? 0) - (range?.first ?? 0)), 0)
}

/** One read tells it: the record at the front of the partition that is farthest behind. */
async function oldestOf(
  { records }: CollectParts,
  kafkaTopic: string,
  partitions: readonly PartitionFacts[],
): Promise<number | null> {
  const behind = [...partitions].sort((one, other) => lagOf(other) - lagOf(one))[0]
  if (behind === undefined || lagOf(behind) === 0) return null
  const from = Math.max(behind.first, behind.committed ?? behind.first)
  const bounds = { entriesMax: 1, bytesMax: messageBytesMax }
  const [record] = await records.read(kafkaTopic, behind.partition, from, bounds)
  return record?.timestampMs ?? null
}

async function consumersOf(parts: CollectParts, names: Names): Promise<ConsumersFacts | Unanswered> {
  const { consumers } = parts
  const known = await answered(
    parts,
    zookeeperMs,
    'ZooKeeper',
    Promise.all([consumers.live(), consumers.holders(names.topic, names.name)]),
  )
  if ('problem' in known) return known
  const [live, locks] = known
  const said = await Promise.all(whomToAsk(live, locks).map(each => ask(parts, each, names)))
  return { live, locks, said }
}

/** Owners know the most; others may be on the way to own it. */
function whomToAsk(live: readonly LiveConsumer[], locks: readonly SlotHolder[]): readonly LiveConsumer[] {
  const owners = new Set(locks.map(({ instance }) => instance))
  const isOwner = ({ instance }: LiveConsumer): boolean => owners.has(instance)
  return [...live.filter(isOwner), ...live.filter(each => !isOwner(each))].slice(0, askedMax)
}

async function ask(
  { asker }: CollectParts,
  { instance, url }: LiveConsumer,
  { topic, name }: Names,
): Promise<Said> {
  const id = encodeURIComponent(subscriptionId(topic, name))
  try {
    return { instance, answer: readRow(await asker.json(`${url}/status/subscriptions?name=${id}`, askMs)) }
  } catch (error) {
    return { instance, answer: { problem: error instanceof Error ? error.message : String(error) } }
  }
}
