/**
 * Topics of Kafka: made, described, altered, removed.
 * Takes names and settings. Gives what happened.
 * Promises: ends within `requestTimeoutMs`; configs that were not named stay (decisions 8); what exists is
 * not an error and never said to be made by us. Refuses with `KafkaError` and Kafka's own words.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { sleep, type Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import { UnsupportedBroker, type ApiCall } from './protocol/connection.js'
import { errorFor, failOn, kafkaCode, KafkaError } from './protocol/kafka-error.js'
import { metadataCall } from './protocol/metadata.js'
import {
  alterConfigsCall,
  createTopicCall,
  deleteRecordsCall,
  deleteTopicCall,
  describeConfigsCall,
  type RecordsBelow,
  type TopicSettings,
} from './topic-calls.js'

export type { RecordsBelow, TopicSettings } from './topic-calls.js'

/** A topic as it stands. */
export interface TopicDescription {
  readonly partitions: number
  /** Set on the topic itself; what it inherits from the broker is left out. */
  readonly configs: Readonly<Record<string, string>>
}

/** What management does to Kafka. */
export interface KafkaAdmin {
  /** Resolves when every partition has a leader. `existed` leaves the topic that is there as it is. */
  createTopic(name: string, settings: TopicSettings): Promise<'created' | 'existed'>
  /** Rejects where Kafka would not make such a topic; makes none. */
  checkTopic(name: string, settings: TopicSettings): Promise<void>
  /** Rejects where Kafka would not take these settings; sets none. */
  checkConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void>
  /** Resolves when the topic is gone, and rejects when it is not in time; one that does not exist is gone. */
  deleteTopic(name: string): Promise<void>
  /** Removes the records below an offset for good; what was removed before is removed already. */
  deleteRecords(place: RecordsBelow): Promise<void>
  describeTopic(name: string): Promise<TopicDescription | null>
  /** Sets the named configs only. `unchanged`: they all had these values, and nothing was sent. */
  alterConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<'changed' | 'unchanged'>
  /** Every topic, Kafka's internal ones too, in alphabetical order. */
  listTopics(): Promise<readonly string[]>
}

export interface KafkaAdminParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export interface KafkaAdminOptions {
  /** Limit of a whole operation, repeats and waiting for leaders included. */
  readonly requestTimeoutMs: number
}

const askAgainMs = 100

/** Makes the admin. It opens its connections when they are needed. */
export function createKafkaAdmin(parts: KafkaAdminParts, options: KafkaAdminOptions): KafkaAdmin {
  const { cluster, clock } = parts
  const deadline = (): number => clock.monotonic() + options.requestTimeoutMs

  const ask = <T>(deadlineMs: number, makeCall: (timeoutMs: number) => ApiCall<T>): Promise<T> =>
    tryAgain(parts, deadlineMs, async timeoutMs => {
      const connection = await cluster.connection(await cluster.controller(), 'admin')
      return connection.request(makeCall(timeoutMs))
    })
  const waitFor = async (topic: string, deadlineMs: number, isDone: () => boolean): Promise<boolean> => {
    for (;;) {
      await cluster.refresh([topic])
      if (isDone()) return true
      if (clock.monotonic() + askAgainMs >= deadlineMs) return false
      await sleep(parts.scheduler, askAgainMs)
    }
  }
  const hasLeaders = (topic: string): boolean =>
    cluster.layout(topic)?.every(({ leader }) => leader >= 0) ?? false

  return {
    async createTopic(name, settings) {
      const deadlineMs = deadline()
      const outcome = await ask(deadlineMs, timeoutMs => createTopicCall(name, settings, timeoutMs)).then(
        () => 'created' as const,
        onlyIf(kafkaCode.TOPIC_ALREADY_EXISTS, 'existed' as const),
      )
      if (await waitFor(name, deadlineMs, () => hasLeaders(name))) return outcome
      throw new Error(`Kafka topic ${name} has no leaders after ${options.requestTimeoutMs} ms`)
    },
    checkTopic: (name, settings) =>
      ask(deadline(), timeoutMs => createTopicCall(name, settings, timeoutMs, true)),
    checkConfigs: (name, configs) =>
      ask(deadline(), timeoutMs => alterConfigsCall(name, Object.entries(configs), timeoutMs, true)),
    async deleteTopic(name) {
      const deadlineMs = deadline()
      await ask(deadlineMs, timeoutMs => deleteTopicCall(name, timeoutMs)).catch(
        onlyIf(kafkaCode.UNKNOWN_TOPIC_OR_PARTITION, undefined),
      )
      if (await waitFor(name, deadlineMs, () => cluster.layout(name) === undefined)) return
      throw new Error(`Kafka topic ${name} is still there after ${options.requestTimeoutMs} ms`)
    },
    async deleteRecords(place) {
      const { topic, partition } = place
      await tryAgain(parts, deadline(), async timeoutMs => {
        await cluster.refresh([topic])
        const leader = cluster.layout(topic)?.find(row => row.partition === partition)?.leader ?? -1
        if (leader < 0) throw errorFor(kafkaCode.UNKNOWN_TOPIC_OR_PARTITION, `${topic}-${partition}`)
        const connection = await cluster.connection(leader, 'admin')
        await connection.request(deleteRecordsCall(place, timeoutMs))
      })
    },
    async describeTopic(name) {
      const deadlineMs = deadline()
      const metadata = await ask(deadlineMs, timeoutMs => metadataCall([name], timeoutMs))
      const topic = metadata.topics[0]
      if (topic === undefined || topic.code === kafkaCode.UNKNOWN_TOPIC_OR_PARTITION) return null
      if (topic.partitions.length === 0) failOn(topic.code, name)
      const configs = await ask(deadlineMs, timeoutMs => describeConfigsCall(name, timeoutMs))
      return { partitions: topic.partitions.length, configs }
    },
    async alterConfigs(name, configs) {
      const deadlineMs = deadline()
      const present = await ask(deadlineMs, timeoutMs => describeConfigsCall(name, timeoutMs))
      const changes = Object.entries(configs).filter(([key, value]) => present[key] !== value)
      if (changes.length === 0) return 'unchanged'
      await ask(deadlineMs, timeoutMs => alterConfigsCall(name, changes, timeoutMs))
      // A broker tells its old configs for a moment; a change back to them would then be taken for none.
      for (;;) {
        const shown = await ask(deadlineMs, timeoutMs => describeConfigsCall(name, timeoutMs))
        const isShown = changes.every(([key, value]) => shown[key] === value)
        if (isShown || clock.monotonic() + askAgainMs >= deadlineMs) return 'changed'
        await sleep(parts.scheduler, askAgainMs)
      }
    },
    async listTopics() {
      const metadata = await ask(deadline(), timeoutMs => metadataCall(null, timeoutMs))
      const names = metadata.topics.filter(({ code }) => code !== kafkaCode.UNKNOWN_TOPIC_OR_PARTITION)
      return names.map(({ topic }) => topic).sort()
    },
  }
}

/**
 * Repeats what failed for a reason that passes. A create whose answer was lost then finds its topic existing.
 */
async function tryAgain<T>(
  parts: KafkaAdminParts,
  deadlineMs: number,
  attempt: (timeoutMs: number) => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await attempt(Math.max(1, Math.floor(deadlineMs - parts.clock.monotonic())))
    } catch (error) {
      const isOver = parts.clock.monotonic() + askAgainMs >= deadlineMs
      if (isOver || !isPassing(error)) throw error
      parts.log.debug('kafka.adminTriesAgain', { error })
      await parts.cluster.refresh([]).catch((cause: unknown) => {
        parts.log.debug('kafka.refreshFailed', { error: cause })
      })
      await sleep(parts.scheduler, askAgainMs)
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof KafkaError)) return !(error instanceof UnsupportedBroker)
  return error.isRetriable && error.code !== kafkaCode.UNKNOWN_TOPIC_OR_PARTITION
}

/** Turns the refusal with `code` into `value` and throws every other error on. */
function onlyIf<T>(code: number, value: T): (error: unknown) => T {
  return error => {
    if (error instanceof KafkaError && error.code === code) return value
    throw error
  }
}
