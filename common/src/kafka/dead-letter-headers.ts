// pure
/**
 * What a record of a dead-letter topic says about the message it holds.
 * The record's value is the body as the subscriber would have got it, its key the message's key, its time the
 * time of death; what the publisher sent along (`h-…`) and the message id (`id`) stay as they were.
 * Takes the facts as header lines, and back. Gives null for a record that is no dead letter.
 */
import { readFacts, shortReason, writeFacts } from './fact-headers.js'

/**
 * Why a message is dead: the subscriber refused it with a status that is not retried; it outlived its TTL; or
 * it could not be brought that far, whatever the subscriber does; or it was never tried, since an earlier
 * message of its key is dead and the key is parked.
 */
export const deadLetterClasses = ['refused', 'expired', 'pipeline', 'parked'] as const
export type DeadLetterClass = (typeof deadLetterClasses)[number]

/** The facts beside key, value and `id`. */
export interface DeadLetterFacts {
  readonly reason: string
  readonly class: DeadLetterClass
  /** Why the last attempt failed, in one word; empty where nobody wrote it down, as in older letters. */
  readonly cause: string
  /** Attempts made, all failed. */
  readonly attempts: number
  /** Status of the last answer; null where none came. */
  readonly lastStatus: number | null
  /** Qualified name of the topic, without namespace. */
  readonly topic: string
  readonly subscription: string
  readonly partition: number
  readonly offset: number
  /** When it was published, by the record's time; -1 where nothing could be read. */
  readonly publishedMs: number
}

/** Name of the header with the message id, on every record of ours. */
export const messageIdHeader = 'id'

/** The id of the dead letter that this one is an edited copy of. */
export const copyOfHeader = 'Dlq-Copy-Of'

export const deadLetterHeaders = {
  reason: 'Dlq-Reason',
  class: 'Dlq-Class',
  cause: 'Dlq-Cause',
  attempts: 'Dlq-Retry-Count',
  lastStatus: 'Dlq-Status-Code',
  topic: 'Dlq-Source-Topic',
  subscription: 'Dlq-Subscription',
  partition: 'Dlq-Partition',
  offset: 'Dlq-Offset',
  publishedMs: 'Dlq-Published',
} as const satisfies Readonly<Record<keyof DeadLetterFacts, string>>

/** The header lines of a dead letter. */
export function writeDeadLetterHeaders(facts: DeadLetterFacts): readonly (readonly [string, Buffer])[] {
  return writeFacts(deadLetterHeaders, { ...facts, reason: shortReason(facts.reason) })
}

/** The facts of a record, by its last header of each name. */
export function readDeadLetterHeaders(header: (name: string) => Buffer | null): DeadLetterFacts | null {
  if (header(deadLetterHeaders.reason) === null) return null
  const facts = readFacts(deadLetterHeaders, header)
  const { text } = facts
  const number = (fact: keyof DeadLetterFacts): number => {
    const value = facts.number(fact)
    return Number.isNaN(value) ? -1 : value
  }
  const kind = text('class')
  return {
    reason: text('reason'),
    class: kind === 'refused' || kind === 'expired' || kind === 'parked' ? kind : 'pipeline',
    cause: text('cause'),
    attempts: Math.max(0, number('attempts')),
    lastStatus: text('lastStatus') === '' ? null : number('lastStatus'),
    topic: text('topic'),
    subscription: text('subscription'),
    partition: number('partition'),
    offset: number('offset'),
    publishedMs: number('publishedMs'),
  }
}

/** The class of a record that may say nothing about a death: what nobody can tell died in the pipeline. */
export function classOfLetter(facts: Pick<DeadLetterFacts, 'class'> | null): DeadLetterClass {
  return facts?.class ?? 'pipeline'
}
