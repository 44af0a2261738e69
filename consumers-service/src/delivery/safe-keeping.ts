/**
 * The way of a message into a Kafka topic of its subscription that must hold it before it may be settled.
 * Takes what is to be kept. Calls back once Kafka has acknowledged it with acks=all, and not before.
 * Promises: the topic is made ready at first need; what fails is tried again until it is stored or
 * withdrawn, so a message is never settled on the way to the floor.
 */
import type { KafkaAdmin } from '@iris/common/kafka/admin'
import type { AppendOutcome, Producer } from '@iris/common/kafka/producer'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'

/** What is to be kept. */
export interface Kept {
  /** The topic that is to hold it. */
  readonly kafkaTopic: string
  readonly messageId: string
  /** Whether nobody waits for it any more: its partition was given away. */
  isWithdrawn(): boolean
  /** Kafka holds it, at this offset; -1 where Kafka does not say. */
  stored(offset: number): void
}

/** The record that holds it. */
export interface KeptRecord {
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: readonly (readonly [string, Buffer])[]
}

export interface SafeKeepingParts {
  readonly producer: Producer
  readonly admin: KafkaAdmin
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

export interface SafeKeepingOptions<K extends Kept> {
  /** The log event of a try that failed. */
  readonly event: string
  /** For one try to store a message. */
  readonly storeMs: number
  /** Between tries. */
  readonly retryMs: number
  /** Makes the topic, if it is not there. What has the same `readyFor` is prepared once. */
  prepare(kept: K): Promise<void>
  readyFor(kept: K): string
  /** Written anew for each try: it may say when it is due. */
  recordOf(kept: K): KeptRecord
}

/** Gives what takes a message and keeps it. */
export function createSafeKeeping<K extends Kept>(
  parts: SafeKeepingParts,
  options: SafeKeepingOptions<K>,
): (kept: K) => void {
  const ready = new Map<string, Promise<void>>()

  const whenReady = (kept: K): Promise<void> => {
    const name = options.readyFor(kept)
    let preparing = ready.get(name)
    if (preparing === undefined) {
      preparing = options.prepare(kept).then(() => parts.producer.prepare(kept.kafkaTopic))
      ready.set(name, preparing)
      preparing.catch(() => ready.delete(name))
    }
    return preparing
  }
  const again = (kept: K, detail: unknown): void => {
    const { kafkaTopic: topic, messageId } = kept
    parts.log.warn(options.event, { topic, messageId, detail })
    parts.scheduler.after(options.retryMs, () => keep(kept))
  }
  const ended = (kept: K, outcome: AppendOutcome): void => {
    if (outcome.kind === 'stored') return kept.stored(outcome.offset)
    // The topic may have been removed: looked at anew, and made anew, by the next try.
    if (outcome.kind === 'notStored' && outcome.cause !== 'deadline') ready.delete(options.readyFor(kept))
    again(kept, outcome.detail)
  }
  const store = (kept: K): void => {
    if (kept.isWithdrawn()) return
    const { value, ...record } = options.recordOf(kept)
    const isTaken = parts.producer.append({
      ...record,
      topic: kept.kafkaTopic,
      value: [value],
      timestampMs: parts.clock.now(),
      deadlineMs: parts.clock.monotonic() + options.storeMs,
      done: outcome => ended(kept, outcome),
    })
    if (!isTaken) again(kept, 'no room for more messages on their way to Kafka')
  }
  const keep = (kept: K): void => {
    if (kept.isWithdrawn()) return
    whenReady(kept).then(
      () => store(kept),
      (error: unknown) => again(kept, error),
    )
  }
  return keep
}

/** Room for our header lines above the largest message of the source topic. */
const headerBytes = 64 * 1024
/** Kafka's default for `max.message.bytes`. */
const messageBytesDefault = 1_048_588

/** The `max.message.bytes` of a topic that can hold every message of the source topic. */
export async function messageBytesFor(admin: KafkaAdmin, sourceTopic: string): Promise<string> {
  const source = await admin.describeTopic(sourceTopic)
  const sourceBytes = Number(source?.configs['max.message.bytes'] ?? messageBytesDefault)
  return String(Math.max(sourceBytes, messageBytesDefault) + headerBytes)
}
