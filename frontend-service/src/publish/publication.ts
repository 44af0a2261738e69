/**
 * The record of one message, from its arrival to its answer.
 * Takes what each step finds out. Gives the steps, its origin and the producer what they need, so that a
 * message needs no closure: its callbacks are methods, and it is its own entry in the queue of deadlines.
 */
import { randomUUID } from 'node:crypto'
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { BodyReading } from '@iris/common/http/body'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer-message'
import type { Keeping, SpoolMessage } from '../spool/message-log.js'
import type { SpooledEntry } from '../spool/segment.js'
import type { Publisher } from '../publishers/publisher.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { AvroMessage } from './check-avro.js'
import type { Deadlined, DeadlineQueue } from './deadline-queue.js'
import type { DecodedEvent } from './decode.js'
import type { KafkaRoute } from './kafka-route.js'
import type { BodyTaker, Origin } from './origin.js'

/** How far a message has come. `answered` is the end, whatever still happens in Kafka. */
export type Stage = 'finding' | 'reading' | 'checking' | 'preparing' | 'appended' | 'keeping' | 'answered'

/** A header of a Kafka record. */
export type RecordHeader = readonly [name: string, value: Buffer]

/** Where a publication's callbacks lead: the pipeline. */
export interface PublicationEvents {
  received(publication: Publication, body: Buffer): void
  notReceived(publication: Publication, error: HermesError): void
  mayHold(publication: Publication, bytes: number): boolean
  confirmed(publication: Publication, outcome: AppendOutcome): void
  expired(publication: Publication): void
  kept(publication: Publication, keeping: Keeping): void
}

/** What a message that may be answered before Kafka has it needs besides. */
export interface Later {
  /** The client preferred it. */
  readonly isPreferred: boolean
  /** The producer has it as well, and its word will come. */
  isHeld: boolean
  /** Its place in the spool, once it is safe there. */
  entry: SpooledEntry | null
  /** The producer's word, once it has come. */
  outcome: AppendOutcome | null
}

/** What is told of a message to OpenTelemetry. */
export interface PublicationSpans {
  /** What the message carries. */
  readonly traceparent: string
  /** Kafka has it. */
  stored(outcome: Extract<AppendOutcome, { kind: 'stored' }>): void
  refused(error: HermesError): void
  /** Its publisher was answered. */
  ended(publication: Publication, status: number, nowMs: number): void
}

export class Publication implements ProducerMessage, SpoolMessage, BodyTaker, Deadlined {
  startedMs = 0
  stage: Stage = 'finding'
  routed: RoutedTopic | null = null
  /** The way into Kafka that it takes. */
  route: KafkaRoute | null = null
  /** Wall time that it is to be delivered at; 0 for at once. */
  scheduledMs = 0
  reading: BodyReading | null = null
  /** The message by its schema; null on JSON topics. */
  avro: AvroMessage | null = null
  /** What it says as a CloudEvent; null where it is none. */
  event: DecodedEvent | null = null
  /** Bytes reserved in the room for bodies. */
  heldBytes = 0
  /** Another topic of this installation forwards it, as its seal proves. */
  comesFromTopic = false
  /** The key with which it is stored once, or null. */
  idempotencyKey: string | null = null
  /** Null for a message whose answer waits for Kafka. */
  later: Later | null = null
  /** Whose message it is counted as; null before that is known, and where it is counted elsewhere. */
  publisher: Publisher | null = null
  /** What is told of it to OpenTelemetry; null for a message that is not traced. */
  spans: PublicationSpans | null = null

  // As the producer takes it.
  topic = ''
  partition = -1
  key: Buffer | null = null
  value: readonly Buffer[] = nothing
  headers: readonly RecordHeader[] = nothing
  timestampMs = 0
  deadlineMs = 0
  /** When it was ready for Kafka. */
  readyMs = 0

  // As the queue of deadlines takes it.
  dueMs = 0
  queue: DeadlineQueue | null = null
  previousDue: Deadlined | null = null
  nextDue: Deadlined | null = null

  constructor(
    private readonly events: PublicationEvents,
    readonly origin: Origin,
    readonly topicName: string,
    /**
     * New and random unless the message has one of ours already; what a client calls it does not count.
     * Replaced by that of the first try, where an earlier request had the same idempotency key.
     */
    public id: string = randomUUID(),
  ) {}

  onBody(body: Buffer): void {
    this.events.received(this, body)
  }

  onNoBody(error: HermesError): void {
    this.events.notReceived(this, error)
  }

  mayHold(bytes: number): boolean {
    return this.events.mayHold(this, bytes)
  }

  done(outcome: AppendOutcome): void {
    this.events.confirmed(this, outcome)
  }

  /** The spool brings it to Kafka when the producer will not: never beside a batch that is still repeated. */
  get isPatient(): boolean {
    return this.later !== null
  }

  get isHeld(): boolean {
    return this.later?.isHeld === true
  }

  spooled(keeping: Keeping): void {
    this.events.kept(this, keeping)
  }

  onDue(): void {
    this.events.expired(this)
  }
}

const nothing: readonly never[] = []
