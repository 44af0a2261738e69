/**
 * One record of a bulk request, as the pipeline takes it.
 * Takes its place in the request, its headers, and its message or what is wrong with it. Gives an origin
 * whose answer goes to the request.
 */
import { HermesError } from '@iris/common/errors/hermes-error'
import type { Acceptance, BodyTaker, Origin, SentHeaders } from '../publish/origin.js'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'

/** What is said of a message that Kafka has. */
export interface StoredRecord {
  readonly scheduled: ScheduledAnswer | null
  /** An earlier record or request with its idempotency key had stored it. */
  readonly isReplay: boolean
}

/** A refusal, what is said of a message that Kafka will have later, or of one that it has. */
export type RecordOutcome = HermesError | Acceptance | StoredRecord

/** What a request hears of its records. */
export interface RecordEvents {
  /** What the request said. */
  readonly caller: SentHeaders
  /** Where it came from. */
  readonly address: string | undefined
  /** What it came over. */
  readonly connection: object
  /** It has its place before all that comes after it. */
  onWay(record: BulkRecord): void
  settled(record: BulkRecord, messageId: string, outcome: RecordOutcome): void
}

/** What a record brings: its message, or why it has none. */
export type Brought = Buffer | HermesError

const plainlyStored: StoredRecord = { scheduled: null, isReplay: false }

export class BulkRecord implements Origin {
  constructor(
    private readonly events: RecordEvents,
    readonly index: number,
    readonly sent: SentHeaders,
    private readonly brought: Brought,
    readonly announcedBytes: number,
  ) {}

  get caller(): SentHeaders {
    return this.events.caller
  }

  get address(): string | undefined {
    return this.events.address
  }

  get connection(): object {
    return this.events.connection
  }

  read(taker: BodyTaker): null {
    const { brought } = this
    if (brought instanceof HermesError) taker.onNoBody(brought)
    else taker.onBody(brought)
    return null
  }

  onWay(): void {
    this.events.onWay(this)
  }

  stored(id: string, scheduled: ScheduledAnswer | null, isReplay: boolean): void {
    const isPlain = scheduled === null && !isReplay
    this.events.settled(this, id, isPlain ? plainlyStored : { scheduled, isReplay })
  }

  accepted(id: string, where: Acceptance): void {
    this.events.settled(this, id, where)
  }

  refused(id: string, error: HermesError): void {
    this.events.settled(this, id, error)
  }
}
