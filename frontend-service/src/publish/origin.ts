/**
 * Where a message comes from, and where its answer goes.
 * A single request is one, a record of a bulk request another; whoever has messages of another kind writes a
 * further one. Promises, as the pipeline keeps them: `read` is called at most once, then exactly one of
 * `stored`, `accepted` and `refused`, once.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { BodyReading } from '@iris/common/http/body'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { Sender } from './sender.js'

export type { SentHeaders } from './sender.js'

/** What the answer to an accepted message says. */
export interface Acceptance {
  /** Path of its status resource. */
  readonly location: string
  /** The client preferred it, so it hears that its preference was applied. */
  readonly isPreferred: boolean
}

/** Where the answer to a message goes. `id` is the message's. */
export interface Answering {
  /**
   * Kafka has the message; it may be one that waits for its time. `isReplay`: an earlier request with the
   * same idempotency key had stored it.
   */
  stored(id: string, scheduled: ScheduledAnswer | null, isReplay: boolean): void
  /** It is safe, and Kafka will have it later. */
  accepted(id: string, where: Acceptance): void
  /** It was refused, or nobody knows its fate: the code says which. */
  refused(id: string, error: HermesError): void
}

/** Who waits for a body: the publication. */
export interface BodyTaker {
  onBody(body: Buffer): void
  onNoBody(error: HermesError): void
  /** Reserves memory for bytes of the body; false when there is none. */
  mayHold(bytes: number): boolean
}

export interface Origin extends Sender, Answering {
  /**
   * Nothing is wrong with the message, and it has its place among those on their way: who comes next cannot
   * overtake it. Left out where nobody waits for that.
   */
  onWay?(): void
  /**
   * Gives the body, perhaps before it returns: by `onBody` or `onNoBody`, once. The result
   * ends a reading that is under way.
   */
  read(taker: BodyTaker, topic: RoutedTopic): BodyReading | null
}
