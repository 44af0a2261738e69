/**
 * The daily look for topics that nobody publishes to any more.
 * Takes all topics and Kafka. Keeps the list in ZooKeeper, as Hermes does, and says each inactive topic in
 * the log. Promises: one process of the installation looks, the leader; a topic that Kafka does not tell of
 * is not called inactive. Bound: `atOnceMax` topics are asked at a time.
 */
import type { Topic } from '@iris/common/domain/topic'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { Catalog } from '../catalog/catalog.js'
import type { KafkaRecords, KafkaSearch } from '../store/kafka-ports.js'
import type { InactiveTopicStore } from '../store/inactive-topics.js'
import { judgeTopics, type InactivityRules, type LastPublished } from './judge-topics.js'
import { msUntil, type TimeOfDay } from './schedule.js'

export interface InactiveTopicParts {
  readonly store: InactiveTopicStore
  readonly catalog: Catalog
  readonly search: Pick<KafkaSearch, 'partitions' | 'ranges'>
  readonly records: Pick<KafkaRecords, 'read'>
  readonly namespace: KafkaNamespace
  readonly isLeader: () => boolean
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

export interface InactiveTopicJob {
  start(): void
  stop(): void
  /** Inactive topics that this process found last; 0 before it looked. */
  count(): number
}

const atOnceMax = 4
const oneRecord = { entriesMax: 1, bytesMax: 16_777_216 }

/** Makes the job; it runs at that time of every day. */
export function createInactiveTopicJob(
  parts: InactiveTopicParts,
  { at, rules }: { readonly at: TimeOfDay; readonly rules: InactivityRules },
): InactiveTopicJob {
  const { clock, scheduler, log, isLeader } = parts
  let cancel: Cancel = () => undefined
  let found = 0
  const plan = (): void => {
    cancel = scheduler.after(msUntil(at, clock.now()), () => {
      plan()
      if (!isLeader()) return
      findInactiveTopics(parts, rules).then(
        count => (found = count),
        (error: unknown) => log.warn('topics.inactivityUnknown', { error }),
      )
    })
  }
  return { start: plan, stop: () => cancel(), count: () => found }
}

/** One look at all topics; gives how many are inactive. */
export async function findInactiveTopics(parts: InactiveTopicParts, rules: InactivityRules): Promise<number> {
  const { store, catalog, clock, log } = parts
  const nowMs = clock.now()
  const { topics } = await catalog.view()
  const published = await lastPublishedOf(parts, topics, nowMs - rules.inactivityMs)
  const { inactive, due } = judgeTopics(published, await store.inactiveTopics(), { rules, nowMs })
  for (const { topic, lastPublishedTsMs } of due)
    log.warn('topic.inactive', { topic, lastPublished: new Date(lastPublishedTsMs).toISOString() })
  await store.setInactiveTopics(inactive)
  log.info('topics.inactivityLooked', { topics: topics.length, inactive: inactive.length })
  return inactive.length
}

async function lastPublishedOf(
  parts: InactiveTopicParts,
  topics: readonly Topic[],
  sinceMs: number,
): Promise<readonly LastPublished[]> {
  const left = [...topics]
  const found: LastPublished[] = []
  const work = async (): Promise<void> => {
    for (let topic = left.pop(); topic !== undefined; topic = left.pop()) {
      const timeMs = await lastPublished(parts, topic, sinceMs)
      if (timeMs !== null) found.push({ topic: topic.name, lastPublishedTsMs: timeMs })
    }
  }
  await Promise.all(Array.from({ length: atOnceMax }, work))
  return found.sort((one, other) => (one.topic < other.topic ? -1 : 1))
}

/** Null where it was published to since then, or where Kafka does not tell. */
async function lastPublished(
  { search, records, namespace, log }: InactiveTopicParts,
  topic: Topic,
  sinceMs: number,
): Promise<number | null> {
  const kafkaTopic = kafkaTopicName(namespace, topic.name)
  try {
    const partitions = await search.partitions(kafkaTopic)
    if (partitions === null) return null
    const since = await search.ranges(kafkaTopic, partitions, { fromMs: sinceMs, toMs: null })
    if (since.some(({ first, next }) => next > first)) return null
    const whole = await search.ranges(kafkaTopic, partitions, { fromMs: null, toMs: null })
    let last = topic.createdAtMs
    for (const [index, partition] of partitions.entries()) {
      const { first, next } = whole[index] ?? { first: 0, next: 0 }
      if (next <= first) continue
      const [record] = await records.read(kafkaTopic, partition, next - 1, oneRecord)
      last = Math.max(last, record?.timestampMs ?? 0)
    }
    return last
  } catch (error) {
    log.warn('topic.inactivityUnknown', { topic: topic.name, error })
    return null
  }
}
