/**
 * What a producer asks Kafka before it can write: a producer id, and the size limit of a topic.
 * Takes a started cluster. Gives identities to lanes, and limits by topic.
 * Promises: questions in flight are shared; a limit that Kafka does not tell is no error.
 * Bound: one question for an id, one for each topic in use.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { sleep, type Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import { createIdentitySource, type GivenId, type ProducerIdentity } from './producer-identity.js'
import { UnsupportedBroker, type ApiCall } from './protocol/connection.js'
import { KafkaError } from './protocol/kafka-error.js'
import { batchLimitCall, initProducerIdCall } from './protocol/produce.js'

export interface SetupParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export interface SetupOptions {
  readonly requestTimeoutMs: number
  readonly isIdempotent: boolean
}

export interface ProducerSetup {
  /** Resolves when an id is there, or none is needed. */
  start(): Promise<void>
  /** Asks for an id and calls `onFetched` when it is there. A failure is logged; the lanes ask again. */
  fetchIdentity(onFetched: () => void): void
  giveIdentity(): ProducerIdentity | null
  /** The present id is not given to any further lane. */
  retireIdentity(): void
  /** Resolves when the layout of the topic is known. Rejects when Kafka does not come to know it. */
  findTopic(topic: string): Promise<void>
  /** The topic's `max.message.bytes`, or null when it cannot be known. */
  batchLimit(topic: string): Promise<number | null>
}

const purpose = 'produce-setup'
const askAgainMs = 100
/** A broker that has just started gives no producer ids for some seconds. */
const setupWaitMs = 15_000
/** A topic made a moment ago is not known to every broker yet. */
const topicWaitMs = 2_000

/** Makes the set-up of one producer. */
export function createProducerSetup(parts: SetupParts, options: SetupOptions): ProducerSetup {
  const { cluster, clock, scheduler, log } = parts
  const asked = new Map<string, Promise<number | null>>()
  let isFetching = false

  const ask = async <T>(call: ApiCall<T>): Promise<T> => {
    const deadlineMs = clock.monotonic() + setupWaitMs
    for (;;) {
      try {
        return await (await cluster.anyConnection(purpose)).request(call)
      } catch (error) {
        const isFinal =
          error instanceof UnsupportedBroker || (error instanceof KafkaError && !error.isRetriable)
        if (isFinal || clock.monotonic() + askAgainMs >= deadlineMs) throw error
        await sleep(scheduler, askAgainMs)
      }
    }
  }
  const askForId = (): Promise<GivenId> => ask(initProducerIdCall(options.requestTimeoutMs))
  const identities = createIdentitySource(askForId)
  const askForLimit = async (topic: string): Promise<number | null> => {
    try {
      return await ask(batchLimitCall(topic, options.requestTimeoutMs))
    } catch (error) {
      log.warn('kafka.batchLimitUnknown', { topic, error })
      return null
    } finally {
      asked.delete(topic)
    }
  }

  return {
    start: () => (options.isIdempotent ? identities.fetch() : Promise.resolve()),
    fetchIdentity(onFetched) {
      if (isFetching) return
      isFetching = true
      void identities.fetch().then(
        () => {
          isFetching = false
          onFetched()
        },
        (error: unknown) => {
          isFetching = false
          log.warn('kafka.producerIdFailed', { error })
        },
      )
    },
    async findTopic(topic) {
      const deadlineMs = clock.monotonic() + topicWaitMs
      while (cluster.layout(topic) === undefined) {
        await cluster.refresh([topic])
        if (cluster.layout(topic) !== undefined) return
        if (clock.monotonic() + askAgainMs >= deadlineMs) throw new Error(`Kafka has no topic ${topic}`)
        await sleep(scheduler, askAgainMs)
      }
    },
    giveIdentity: () => identities.give(),
    retireIdentity: () => identities.retire(),
    batchLimit(topic) {
      const before = asked.get(topic)
      if (before !== undefined) return before
      const answer = askForLimit(topic)
      asked.set(topic, answer)
      return answer
    },
  }
}
