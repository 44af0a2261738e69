/**
 * A publication with a key, as its shard sees it.
 * Takes the publication, its body and the shard's words. Gives the message on request, and the pipeline the
 * last word. Promises: holds the body's memory until then, also when its sender was answered before.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer-message'
import type { CounterHandle } from '@iris/common/metrics/registry'
import type { Publication } from '../publish/publication.js'
import type { Held, Room } from '../publish/room.js'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import type { KeyedRequest, KeyRefusal, MessagePlace } from './keyed-request.js'
import { fingerprintOf, keyDigest } from './key.js'
import { keyRefusal } from './refusals.js'

/** What is known of a message that Kafka has without this frontend's sending it now. */
export interface FoundStored {
  readonly messageId: string
  /** When it is to be delivered, where that is later. */
  readonly scheduled: ScheduledAnswer | null
  /** An earlier request with the key had stored it. */
  readonly isReplay: boolean
}

/** Where a publication goes on from here: the pipeline. */
export interface KeyedEvents {
  /** Fills the record's fields, with that wall time; `isForLater` as one of the schedule topic. */
  stamped(publication: Publication, body: Buffer, timestampMs: number, isForLater: boolean): void
  /** It was stored already, or a fellow has stored it. */
  found(publication: Publication, stored: FoundStored): void
  refused(publication: Publication, error: HermesError): void
  /** A fellow has refused it, and written down why. */
  refusedElsewhere(publication: Publication, messageId: string, error: HermesError): void
}

/** What is counted about keys. */
export interface KeyFigures {
  readonly replays: CounterHandle
  readonly refusals: Readonly<Record<KeyRefusal['kind'], CounterHandle>>
}

/** What all of them share. */
export interface KeyedSurroundings {
  readonly events: KeyedEvents
  readonly room: Room
  readonly figures: KeyFigures
  /** Where messages wait for their time. */
  readonly scheduleTopic: string
  /** The place of a stamped message; rejects when Kafka does not show its topic in time. */
  readonly choosePlace: (publication: Publication) => Promise<MessagePlace>
}

export class KeyedPublication implements KeyedRequest, Held {
  readonly digest: string
  readonly fingerprint: string
  readonly messageId: string
  heldBytes = 0

  constructor(
    private readonly surroundings: KeyedSurroundings,
    private readonly publication: Publication,
    private readonly body: Buffer,
    key: string,
  ) {
    const { topicName, origin } = publication
    this.digest = keyDigest(topicName, key)
    this.fingerprint = fingerprintOf(topicName, origin.sent, publication.event?.sent ?? body)
    this.messageId = publication.id
  }

  /** Reserves the memory of the body; false when there is none. */
  hold(): boolean {
    return this.surroundings.room.hold(this, this.body.length)
  }

  isAnswered(): boolean {
    return this.publication.stage === 'answered'
  }

  async become(messageId: string, timestampMs: number, place: MessagePlace | null): Promise<MessagePlace> {
    const { publication, surroundings } = this
    publication.id = messageId
    // An earlier try has decided where the message lies, whatever has become of its time since.
    const isForLater =
      place === null ? publication.scheduledMs > 0 : place.kafkaTopic === surroundings.scheduleTopic
    surroundings.events.stamped(publication, this.body, timestampMs, isForLater)
    return place ?? surroundings.choosePlace(publication)
  }

  record(): ProducerMessage {
    return this.publication
  }

  leaves(messageId: string): void {
    const { publication } = this
    publication.id = messageId
    if (publication.stage === 'preparing') publication.stage = 'appended'
  }

  done(outcome: AppendOutcome): void {
    this.surroundings.room.release(this)
    this.publication.done(outcome)
  }

  replayed(messageId: string): void {
    this.surroundings.room.release(this)
    this.surroundings.figures.replays.value++
    const { scheduledMs, origin } = this.publication
    // `Deliver-After` counts from each request anew; what it meant the first time was answered then.
    const isKnown = scheduledMs > 0 && origin.sent.headers['deliver-at'] !== undefined
    const scheduled = isKnown ? { id: null, dueMs: scheduledMs } : null
    this.surroundings.events.found(this.publication, { messageId, scheduled, isReplay: true })
  }

  refused(why: KeyRefusal): void {
    this.surroundings.room.release(this)
    this.surroundings.figures.refusals[why.kind].value++
    this.surroundings.events.refused(this.publication, keyRefusal(why))
  }
}
