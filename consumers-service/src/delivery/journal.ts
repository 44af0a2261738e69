/**
 * What becomes of the messages of one subscription, told to all who count it or write it down.
 * Takes the events of a pipeline, of whatever kind. Gives the figures, the log of the last undelivered, and
 * the traces that the subscription's tracking mode asks for.
 * Promises: never waits and never throws, so a pipeline may tell it from the middle of its work; without
 * tracking an event costs a look at a flag.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { keyHash, type SentEvent } from '@iris/common/trace/event'
import type { TraceWriter } from '@iris/common/trace/writer'
import type { LastUndelivered } from '../undelivered/last-undelivered.js'
import type { DeliveryFigures } from './figures.js'
import type { Failure } from './judge.js'
import type { Letter } from './letter.js'
import type { DeliveryPlan } from './plan.js'

export interface DeliveryJournal {
  /** It came out of the topic, for the first time or after a former owner; or back out of the delay topic. */
  read(letter: Letter): void
  /** Its filters kept it out; `by` is the type of the one that did. */
  filtered(letter: Letter, by: string): void
  /** An attempt failed that counts as the subscriber's; the letter has counted it. */
  failed(letter: Letter, failure: Failure): void
  /** The subscriber took it. */
  delivered(letter: Letter): void
  /** It was given up for this reason, and Kafka holds it in the dead-letter topic, at this offset. */
  buried(letter: Letter, reason: string, deadOffset: number): void
  /** A rule or the receiver asked to forget it, and nobody holds it. */
  discarded(letter: Letter, reason: string): void
  /** Events from now on are written as this plan says. */
  update(plan: DeliveryPlan): void
}

export interface JournalParts {
  readonly clock: Clock
  readonly log: Log
  readonly figures: DeliveryFigures
  readonly undelivered: LastUndelivered
  /** Null where traces are switched off. */
  readonly traces: TraceWriter | null
  /** The Kafka cluster and this machine, as traces name them. */
  readonly place: { readonly cluster: string; readonly hostname: string }
}

/** The members of an event that only some kinds have. */
type Details = Pick<SentEvent, 'reason' | 'attempt' | 'httpStatus' | 'tookMs' | 'deadLetter'>

/** A dead-letter topic has one partition. */
const deadPartition = 0
const noDetails: Details = {}

/** Makes the journal of a subscription. */
export function createJournal(parts: JournalParts, firstPlan: DeliveryPlan): DeliveryJournal {
  const { clock, log, figures, undelivered, traces, place } = parts
  let plan = firstPlan
  let isAllTraced = false
  let isDeathTraced = false

  const update = (next: DeliveryPlan): void => {
    plan = next
    isAllTraced = traces !== null && plan.trackingMode === 'trackingAll'
    isDeathTraced = isAllTraced || (traces !== null && plan.trackingMode === 'discardedOnly')
  }
  update(firstPlan)

  const trace = (letter: Letter, status: SentEvent['status'], details: Details): void => {
    const { content, entry, origin, batchId } = letter
    // What carries no id cannot be asked for.
    if (content.messageId === '') return
    traces?.write({
      kind: 'sent',
      messageId: content.messageId,
      batchId,
      timestamp: clock.now(),
      publishTimestamp: entry.timestampMs,
      topicName: plan.topic,
      subscription: plan.subscription,
      status,
      ...details,
      ...origin,
      ...place,
      remoteHostname: letter.remoteHosts === '' ? plan.endpoint.hostname : letter.remoteHosts,
      ...(entry.key === null ? {} : { keyHash: keyHash(entry.key) }),
    })
  }
  const tookMs = (letter: Letter): number => Math.round(clock.monotonic() - letter.attemptedAtMs)
  const note = ({ body, origin }: Letter, reason: string): void =>
    undelivered.note({
      topic: plan.topic,
      subscription: plan.subscription,
      timestampMs: clock.now(),
      reason,
      body,
      ...origin,
    })

  return {
    update,
    read(letter) {
      if (isAllTraced && !letter.work.isDelayed) trace(letter, 'INFLIGHT', noDetails)
    },
    filtered(letter, by) {
      figures.filteredOut.value++
      figures.ended('filtered')
      if (isAllTraced) trace(letter, 'FILTERED', { reason: by })
    },
    failed(letter, { reason, status }) {
      if (!isAllTraced) return
      const answered = status === null ? {} : { httpStatus: status }
      trace(letter, 'FAILED', { reason, attempt: letter.attempts, ...answered, tookMs: tookMs(letter) })
    },
    delivered(letter) {
      figures.delivered.value++
      figures.ended('delivered')
      if (isAllTraced) trace(letter, 'SUCCESS', { attempt: letter.attempts + 1, tookMs: tookMs(letter) })
    },
    buried(letter, reason, deadOffset) {
      figures.discarded.value++
      figures.ended('givenUp')
      note(letter, reason)
      if (!isDeathTraced) return
      const deadLetter = { topic: plan.deadLetterTopic, partition: deadPartition, offset: deadOffset }
      trace(letter, 'DISCARDED', { reason, deadLetter })
    },
    discarded(letter, reason) {
      figures.discardedOnRequest.value++
      figures.ended('givenUp')
      note(letter, reason)
      const { messageId } = letter.content
      log.info('delivery.discarded', { subscription: plan.id, messageId, detail: reason })
      if (isDeathTraced) trace(letter, 'DISCARDED', { reason })
    },
  }
}
