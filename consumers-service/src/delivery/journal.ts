/**
 * What becomes of the messages of one subscription, told to all who count it or write it down.
 * Takes the events of a pipeline, of whatever kind. Gives the figures, and the log of the last undelivered.
 * Promises: never waits and never throws, so a pipeline may tell it from the middle of its work.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { LastUndelivered } from '../undelivered/last-undelivered.js'
import type { DeliveryFigures } from './figures.js'
import type { Letter } from './letter.js'
import type { DeliveryPlan } from './plan.js'

export interface DeliveryJournal {
  /** The subscriber took it. */
  delivered(letter: Letter): void
  /** It was given up for this reason, and Kafka holds it as a dead letter. */
  buried(letter: Letter, reason: string): void
  /** A rule or the receiver asked to forget it, and nobody holds it. */
  discarded(letter: Letter, reason: string): void
}

export interface JournalParts {
  readonly clock: Clock
  readonly log: Log
  readonly figures: DeliveryFigures
  readonly undelivered: LastUndelivered
}

/** Makes the journal of a subscription. */
export function createJournal(parts: JournalParts, plan: DeliveryPlan): DeliveryJournal {
  const { clock, log, figures, undelivered } = parts
  const note = ({ body, work, entry }: Letter, reason: string): void =>
    undelivered.note({
      topic: plan.topic,
      subscription: plan.subscription,
      timestampMs: clock.now(),
      reason,
      body,
      partition: work.partition,
      offset: entry.offset,
    })
  return {
    delivered() {
      figures.delivered.value++
    },
    buried(letter, reason) {
      figures.discarded.value++
      note(letter, reason)
    },
    discarded(letter, reason) {
      figures.discardedOnRequest.value++
      note(letter, reason)
      const { messageId } = letter.content
      log.info('delivery.discarded', { subscription: plan.id, messageId, detail: reason })
    },
  }
}
