/**
 * The way of trace events into Kafka, beside everything else.
 * Takes events in passing. Gives batches to a producer of its own, some tenths of a second later.
 * Promises: never waits, never throws and keeps nothing alive but its own bytes: what finds no room, or what
 * Kafka does not take, is dropped and counted. Bounds: `eventsMax` events and `bytesMax` bytes in all.
 */
import type { TopicSettings } from '../kafka/admin.js'
import type { AppendOutcome, Producer, ProducerMessage } from '../kafka/producer.js'
import type { Log } from '../lifecycle/log.js'
import type { CounterHandle } from '../metrics/registry.js'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { encodeTraceEvent, type TraceEvent } from './event.js'

export interface TraceWriter {
  write(event: TraceEvent): void
  start(): Promise<void>
  /** Lets what is there reach Kafka for up to `drainMs`; what is left is dropped. */
  stop(drainMs: number): Promise<void>
  /** Events that Kafka has not taken yet. */
  waitingCount(): number
}

export interface TraceWriterParts {
  readonly producer: Producer
  /** Makes the topic where it is not there. */
  createTopic(name: string, settings: TopicSettings): Promise<unknown>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly figures: {
    readonly written: CounterHandle
    readonly droppedForRoom: CounterHandle
    readonly droppedByKafka: CounterHandle
  }
}

export interface TraceWriterOptions {
  readonly topic: string
  readonly settings: TopicSettings
  readonly eventsMax: number
  readonly bytesMax: number
}

/** How long events gather: a batch costs Kafka about as much as one event. */
export const gatherMs = 100
/** Handed over at once, so that a long queue does not hold up the event loop. */
const handOverMax = 2_000
/** Between tries to make the topic. */
export const prepareAgainMs = 5_000
/** How long Kafka may take for an event; after that it is dropped. */
const storeMs = 30_000
/** What an event costs beside its bytes. */
const eventBytes = 300

const noHeaders: readonly never[] = []

interface Ledger {
  ended(record: TraceRecord, outcome: AppendOutcome): void
}

/** One event on its way: its own message to the producer, so that an event makes no closure. */
class TraceRecord implements ProducerMessage {
  readonly headers = noHeaders
  partition = -1
  deadlineMs = 0

  constructor(
    private readonly ledger: Ledger,
    readonly topic: string,
    readonly key: Buffer,
    readonly value: readonly Buffer[],
    readonly timestampMs: number,
    readonly bytes: number,
  ) {}

  done(outcome: AppendOutcome): void {
    this.ledger.ended(this, outcome)
  }
}

/** Makes a writer. The topic is made when the first event is there. */
export function createTraceWriter(parts: TraceWriterParts, options: TraceWriterOptions): TraceWriter {
  const { producer, clock, scheduler, figures } = parts
  const { topic } = options
  let queue: TraceRecord[] = []
  let heldCount = 0
  let heldBytes = 0
  let state: 'absent' | 'preparing' | 'ready' = 'absent'
  let isHandOverDue = false
  let isStopped = false
  let onEmpty: () => void = () => undefined

  const leave = (record: TraceRecord): void => {
    heldCount--
    heldBytes -= record.bytes
    if (heldCount === 0) onEmpty()
  }
  const ledger: Ledger = {
    ended(record, outcome) {
      leave(record)
      if (outcome.kind === 'stored') return void figures.written.value++
      figures.droppedByKafka.value++
      // The topic may have been removed: it is made anew for the next event.
      if (outcome.kind === 'notStored' && outcome.cause === 'unknownTopic') state = 'absent'
    },
  }

  const prepare = async (): Promise<void> => {
    await parts.createTopic(topic, options.settings)
    await producer.prepare(topic)
  }
  const beginPrepare = (): void => {
    state = 'preparing'
    prepare().then(
      () => {
        state = 'ready'
        handOver()
      },
      (error: unknown) => {
        parts.log.warn('trace.topicNotReady', { topic, waiting: heldCount, error })
        scheduler.after(prepareAgainMs, () => {
          state = 'absent'
          handOver()
        })
      },
    )
  }
  const handOver = (): void => {
    isHandOverDue = false
    if (queue.length === 0) return
    if (state === 'absent' && !isStopped) beginPrepare()
    if (state !== 'ready') return
    const records = queue.slice(0, handOverMax)
    queue = queue.slice(handOverMax)
    const deadlineMs = clock.monotonic() + storeMs
    for (const record of records) append(record, deadlineMs)
    if (queue.length > 0) handOverSoon()
  }
  const append = (record: TraceRecord, deadlineMs: number): void => {
    record.partition = producer.partitionFor(topic, record.key)
    record.deadlineMs = deadlineMs
    if (record.partition >= 0 && producer.append(record)) return
    if (record.partition < 0) state = 'absent'
    figures.droppedByKafka.value++
    leave(record)
  }
  const handOverSoon = (): void => {
    if (isHandOverDue) return
    isHandOverDue = true
    scheduler.after(gatherMs, handOver)
  }

  return {
    start: () => producer.start(),
    write(event) {
      const value = encodeTraceEvent(event)
      const bytes = value.length + eventBytes
      if (isStopped || heldCount >= options.eventsMax || heldBytes + bytes > options.bytesMax) {
        figures.droppedForRoom.value++
        return
      }
      const key = Buffer.from(event.messageId)
      queue.push(new TraceRecord(ledger, topic, key, [value], event.timestamp, bytes))
      heldCount++
      heldBytes += bytes
      handOverSoon()
    },
    async stop(drainMs) {
      handOver()
      isStopped = true
      await new Promise<void>(resolve => {
        if (heldCount === 0) return resolve()
        const cancel = scheduler.after(drainMs, resolve)
        onEmpty = () => {
          cancel()
          resolve()
        }
      })
      await producer.stop(0)
    },
    waitingCount: () => heldCount,
  }
}
