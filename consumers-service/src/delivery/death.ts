// pure
/**
 * The last message about a message: what its subscription's dead-letter topic keeps of it.
 * Takes the letter, its plan and why it died. Gives what the undertaker stores.
 */
import { causeOfLetter } from '@iris/common/domain/failure-cause'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { schemaVersionOf } from '@iris/common/kafka/open-avro'
import type { LetterContent } from '@iris/common/kafka/open-entry'
import type { DeadMessage } from './dead-letter.js'
import type { Letter } from './letter.js'
import type { DeliveryPlan } from './plan.js'

/** Who let it die: the receiver's word, its time to live, nobody could read it, or its key is parked. */
export type DeathClass = 'refused' | 'expired' | 'pipeline' | 'parked'

/** Why a letter died. */
export interface Death {
  readonly class: DeathClass
  readonly reason: string
}

/** What is stored of a dead letter; `stored` is called once Kafka has it. */
export function deathOf(
  letter: Letter,
  plan: DeliveryPlan,
  death: Death,
  stored: DeadMessage['stored'],
): DeadMessage {
  const { entry, content } = letter
  return {
    kafkaTopic: plan.deadLetterTopic,
    sourceTopic: plan.kafkaTopic,
    messageId: content.messageId,
    key: entry.key,
    body: content.body,
    propagated: content.propagated,
    schemaVersion: versionOf(content, entry),
    event: content.event,
    facts: {
      ...death,
      cause: causeOfLetter({ ...death, cause: letter.lastCause, lastStatus: letter.lastStatus }),
      attempts: letter.attempts,
      lastStatus: letter.lastStatus,
      topic: plan.topic,
      subscription: plan.subscription,
      ...letter.origin,
      publishedMs: entry.timestampMs,
    },
    isWithdrawn: () => letter.isGone,
    stored,
  }
}

/** A body that is a record keeps its version, and so does one that nobody could read as one. */
function versionOf({ avro, problem }: LetterContent, entry: LogEntry): number | null {
  if (avro !== null) return avro.isBody ? avro.known.version : null
  return problem === null ? null : schemaVersionOf(entry)
}

/** Why a letter died whose time to live is over. */
export function expiredReason(letter: Letter): string {
  return letter.lastReason === ''
    ? 'its time to live ended before it could be tried again'
    : letter.lastReason
}
