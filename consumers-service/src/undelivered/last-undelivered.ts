/**
 * The last message of each subscription that was given up, for `GET …/undelivered/last`.
 * Takes dead letters. Gives ZooKeeper the newest of each, in Hermes' node and words, every `periodMs` at
 * most. Promises: best effort; it never holds up a delivery. Bound: one entry a subscription, bodies cut at
 * `bodyBytesMax`.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Log } from '@iris/common/lifecycle/log'
import { consumersMetrics } from '@iris/common/metrics/names'
import type { CounterHandle, Metrics, SummaryHandle } from '@iris/common/metrics/registry'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'

/** A message that was given up. */
export interface Undelivered {
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly timestampMs: number
  readonly reason: string
  readonly body: Buffer
  readonly partition: number
  readonly offset: number
}

export interface LastUndelivered {
  note(undelivered: Undelivered): void
  stop(): void
}

export interface LastUndeliveredOptions {
  readonly periodMs: number
  /** Name of the Kafka cluster. */
  readonly cluster: string
  path(topic: TopicName, subscription: SubscriptionName): string
}

/** What is counted of it, as Hermes names it. */
export interface UndeliveredFigures {
  readonly written: CounterHandle
  readonly size: SummaryHandle
}

/** The figures of a process. */
export function undeliveredFigures(metrics: Metrics): UndeliveredFigures {
  return {
    written: metrics.counter(consumersMetrics.undeliveredWritten),
    size: metrics.summary(consumersMetrics.undeliveredSize),
  }
}

/** ZooKeeper takes a megabyte a node, text as JSON can be six times its bytes. */
const bodyBytesMax = 100_000

/** Starts noting. */
export function startLastUndelivered(
  deps: {
    readonly session: ZooSession
    readonly scheduler: Scheduler
    readonly log: Log
    readonly figures: UndeliveredFigures
  },
  options: LastUndeliveredOptions,
): LastUndelivered {
  const { session, log, figures } = deps
  const latest = new Map<string, Undelivered>()

  const write = async (path: string, undelivered: Undelivered): Promise<void> => {
    const data = Buffer.from(JSON.stringify(nodeOf(undelivered, options.cluster)))
    try {
      await session.write(path, data)
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error
      await session.create(path, data)
    }
    figures.written.value++
    figures.size.observe(data.length)
  }
  const cancel: Cancel = deps.scheduler.every(options.periodMs, () => {
    if (!session.isConnected()) return
    for (const [path, undelivered] of latest) {
      latest.delete(path)
      write(path, undelivered).catch((error: unknown) => {
        // Without its subscription there is nothing to note; another instance may have been quicker.
        const isMoot = error instanceof NoNodeError || error instanceof NodeExistsError
        if (!isMoot) log.warn('undelivered.notWritten', { path, error })
      })
    }
  })

  return {
    note: undelivered =>
      void latest.set(options.path(undelivered.topic, undelivered.subscription), undelivered),
    stop: cancel,
  }
}

function nodeOf(undelivered: Undelivered, cluster: string): Record<string, unknown> {
  const { topic, subscription, timestampMs, reason, body, partition, offset } = undelivered
  return {
    timestamp: timestampMs,
    subscription,
    topicName: topic,
    status: 'DISCARDED',
    reason,
    message: body.toString('utf8', 0, bodyBytesMax),
    partition,
    offset,
    cluster,
  }
}
