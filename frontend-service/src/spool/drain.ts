/**
 * The way of spooled messages into Kafka, in rounds: the head of a topic's queue, then Kafka's word on it.
 * Takes queues. Gives each message its end, or leaves it. Promises: order of acceptance within a topic and
 * key, one id at every try; no batch goes beside one that the producer still repeats, and what a round has
 * not sent leaves it before the producer gives a batch up, so that nothing overtakes one without an answer.
 * Bounds: messages and bytes of a round, topics at a time.
 */
import { backoffMs, type Backoff } from '@iris/common/time/backoff'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { AppendOutcome, Producer } from '@iris/common/kafka/producer'
import { DamagedFrame } from './frame-file.js'
import { sendRound } from './drain-round.js'
import type { KeptMessage } from './message-record.js'
import type { SettledEnd } from './outcome-record.js'
import type { Refusal } from './refused-file.js'
import type { SpooledEntry } from './segment.js'
import type { TopicQueue, TopicQueues } from './topic-queues.js'

/** Where the messages of a topic go. */
export interface DrainPlace {
  readonly kafkaTopic: string
  readonly producer: Producer
}

export interface Drain {
  start(): void
  /** There is something in a queue, or what held its head is gone. */
  wake(queue: TopicQueue): void
  /** Begins no more rounds. */
  halt(): void
  /** Resolves when no round is under way; the producer must end those that wait for Kafka. */
  idle(): Promise<void>
}

export interface DrainParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly queues: TopicQueues
  /** Null when the topic is surely gone; rejects when that cannot be told now. */
  locate(topicName: string): Promise<DrainPlace | null>
  read(entry: SpooledEntry): Promise<KeptMessage>
  /** Whether earlier messages of a topic wait elsewhere, so that those here stay until they are woken. */
  isBehind(topicName: string): boolean
  /** No message of a topic waits here any more. */
  emptied(topicName: string): void
  /** Makes refusals durable. */
  refuse(refusals: readonly Refusal[]): Promise<void>
  /** The entry needs no more work. */
  settle(entry: SpooledEntry, end: SettledEnd): void
}

export interface DrainLimits {
  readonly roundMessagesMax: number
  readonly roundBytesMax: number
  readonly topicsMax: number
  /** How long a message of a round waits to be sent; less than the producer repeats a batch. */
  readonly roundMs: number
}

const rest: Backoff = { firstMs: 100, factor: 2, capMs: 5_000 }

/** Makes the drain; nothing moves before `start`. */
export function createDrain(parts: DrainParts, limits: DrainLimits): Drain {
  const { scheduler, log, queues } = parts
  const ready: TopicQueue[] = []
  const running = new Set<Promise<void>>()
  const wakeUps = new Set<() => void>()
  let life: 'waiting' | 'running' | 'halted' = 'waiting'

  const pump = (): void => {
    while (life === 'running' && running.size < limits.topicsMax && ready.length > 0) {
      const queue = ready.shift() as TopicQueue
      const work = turn(queue).finally(() => {
        running.delete(work)
        pump()
      })
      running.add(work)
    }
  }
  const wake = (queue: TopicQueue): void => {
    if (queue.isListed || life === 'halted') return
    queue.isListed = true
    ready.push(queue)
    pump()
  }
  const turn = async (queue: TopicQueue): Promise<void> => {
    const isAllWell = await round(queue)
    queue.failures = isAllWell ? 0 : queue.failures + 1
    queues.tidy(queue)
    if (queue.entries.length === 0) parts.emptied(queue.topicName)
    queue.isListed = false
    if (parts.isBehind(queue.topicName)) return
    if (life === 'halted' || queues.head(queue, 1, Infinity).length === 0) return
    if (isAllWell) return wake(queue)
    queue.isListed = true
    const wakeUp = (): void => {
      wakeUps.delete(cancel)
      queue.isListed = false
      wake(queue)
    }
    const cancel = scheduler.after(backoffMs(rest, queue.failures), wakeUp)
    wakeUps.add(cancel)
  }
  /** False when something stayed that should have gone. Never rejects. */
  const round = async (queue: TopicQueue): Promise<boolean> => {
    const { topicName } = queue
    try {
      if (parts.isBehind(topicName)) return true
      const entries = queues.head(queue, limits.roundMessagesMax, limits.roundBytesMax)
      if (entries.length === 0) return true
      const [place, messages] = await Promise.all([parts.locate(topicName), Promise.all(entries.map(read))])
      if (place === null) {
        return await settleAll(
          entries,
          messages,
          entries.map(() => gone(topicName)),
        )
      }
      const deadlineMs = parts.clock.monotonic() + limits.roundMs
      const outcomes = await sendRound({ ...place, scheduler }, messages, deadlineMs)
      const problem = outcomes.find(each => each.kind !== 'stored')
      if (problem !== undefined) log.warn('spool.roundIncomplete', { topic: topicName, problem })
      return await settleAll(entries, messages, outcomes.map(endOf))
    } catch (error) {
      log.warn('spool.roundFailed', { topic: topicName, error })
      return false
    }
  }
  const read = async (entry: SpooledEntry): Promise<KeptMessage | null> => {
    try {
      return await parts.read(entry)
    } catch (error) {
      if (!(error instanceof DamagedFrame)) throw error
      log.error('spool.messageDamaged', { messageId: entry.id, topic: entry.topicName, error })
      return null
    }
  }
  /** Refusals are durable before anybody hears of them. An end of null leaves the entry. */
  const settleAll = async (
    entries: readonly SpooledEntry[],
    messages: readonly (KeptMessage | null)[],
    ends: readonly (SettledEnd | null)[],
  ): Promise<boolean> => {
    const refusals = entries.flatMap((entry, index): Refusal[] => {
      const end = ends[index]
      return end?.kind === 'refused' ? [{ entry, message: messages[index] ?? null, reason: end.reason }] : []
    })
    for (const [index, entry] of entries.entries()) {
      const end = ends[index] ?? null
      if (end?.kind === 'stored') parts.settle(entry, end)
    }
    if (refusals.length > 0) await parts.refuse(refusals)
    for (const { entry, reason } of refusals) parts.settle(entry, { kind: 'refused', reason })
    return !ends.includes(null)
  }

  return {
    start() {
      life = 'running'
      for (const queue of queues.all()) wake(queue)
      pump()
    },
    wake,
    halt() {
      life = 'halted'
      for (const cancel of wakeUps) cancel()
      wakeUps.clear()
    },
    async idle() {
      await Promise.all(running)
    },
  }
}

function gone(topicName: string): SettledEnd {
  return { kind: 'refused', reason: `the topic ${topicName} was removed` }
}

/** The end that Kafka's word makes; null for one that may be another the next time. */
function endOf(outcome: AppendOutcome | { readonly kind: 'damaged' }): SettledEnd | null {
  if (outcome.kind === 'stored') return outcome
  if (outcome.kind === 'damaged')
    return { kind: 'refused', reason: 'its bytes on disk can no longer be read' }
  if (outcome.kind === 'unknown') return null
  const isForGood = outcome.cause === 'tooLarge' || outcome.cause === 'refused'
  return isForGood ? { kind: 'refused', reason: outcome.detail } : null
}
