/**
 * The way into Kafka: the partition, then the producer's lane.
 * Takes a stamped publication. Gives it to the producer, or keeps it while Kafka is asked for the topic's
 * layout. Promises: a topic that Kafka does not show yet is asked for again until the publication's own
 * deadline; whoever waits longer is taken out by the pipeline. Bound: the room of the publications that wait.
 */
import type { Producer } from '@iris/common/kafka/producer'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { RareLog } from '../rare-log.js'
import type { Schedule } from '../schedule/schedule.js'
import type { KafkaRoute } from './kafka-route.js'
import type { Publication } from './publication.js'

/** What came of an attempt to append. */
export type Appending = 'appended' | 'noRoom' | 'waiting'

export interface Append {
  /** `waiting`: `again` is called when the layout may be known. */
  append(publication: Publication): Appending
  /** Takes a publication out that does not wait any longer. */
  forget(publication: Publication): void
}

export interface AppendParts {
  readonly scheduler: Scheduler
  readonly warn: RareLog
  /** The way of messages that are to be delivered later. */
  readonly schedule: Pick<Schedule, 'partitionFor' | 'prepare'>
  /** Continues a publication that waited. */
  readonly again: (publication: Publication) => void
}

const askAgainMs = 50

/** Makes the way into Kafka. */
export function createAppend(parts: AppendParts): Append {
  const waiting = new Map<string, Set<Publication>>()

  const partitionFor = (publication: Publication, producer: Producer): number =>
    publication.scheduledMs > 0
      ? parts.schedule.partitionFor(publication)
      : producer.partitionFor(publication.topic, publication.key)
  const retry = (kafkaTopic: string): void => {
    const publications = waiting.get(kafkaTopic)
    waiting.delete(kafkaTopic)
    for (const publication of publications ?? []) parts.again(publication)
  }
  const wait = (publication: Publication, producer: Producer): void => {
    const kafkaTopic = publication.topic
    const others = waiting.get(kafkaTopic)
    if (others !== undefined) return void others.add(publication)
    waiting.set(kafkaTopic, new Set([publication]))
    const isScheduled = publication.scheduledMs > 0
    const preparing = isScheduled ? parts.schedule.prepare() : producer.prepare(kafkaTopic)
    preparing.then(
      () => {
        const isKnown = partitionFor(publication, producer) >= 0
        if (isKnown) retry(kafkaTopic)
        else parts.scheduler.after(askAgainMs, () => retry(kafkaTopic))
      },
      (error: unknown) => {
        parts.warn('publish.noLayout', { kafkaTopic, error })
        parts.scheduler.after(askAgainMs, () => retry(kafkaTopic))
      },
    )
  }

  return {
    append(publication) {
      const { producer } = publication.route as KafkaRoute
      // Who comes while others wait goes behind them, even if the layout is known by now.
      const isQueued = waiting.size > 0 && waiting.has(publication.topic)
      const partition = isQueued ? -1 : partitionFor(publication, producer)
      if (partition < 0) {
        wait(publication, producer)
        return 'waiting'
      }
      publication.partition = partition
      return producer.append(publication) ? 'appended' : 'noRoom'
    },
    forget: publication => void waiting.get(publication.topic)?.delete(publication),
  }
}
