/**
 * The step of messages that may be answered before Kafka has them: into the spool, beside Kafka or instead.
 * Takes a checked publication, then the spool's word and Kafka's, in any order. Gives the pipeline its one
 * answer. Promises: 202 only on the spool's word; what the producer has as well is told to the spool, so that
 * nothing is brought to Kafka twice that Kafka has; what cannot be kept and is in Kafka is 201 all the same.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Clock } from '@iris/common/time/clock'
import type { RareLog } from '../rare-log.js'
import type { Keeping } from '../spool/message-log.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { Acceptance } from './origin.js'
import type { Later, Publication } from './publication.js'
import { asyncUnavailable, diskLate, keepingRefusal, mayBeLater } from './refusals.js'
import { asyncWish } from './respond-async.js'
import type { Spooling } from './spooling.js'

export type StoredOutcome = Extract<AppendOutcome, { kind: 'stored' }>

export interface KeepParts {
  readonly clock: Clock
  readonly warn: RareLog
  /** Null where no message is answered before Kafka has it. */
  readonly spooling: Spooling | null
  /** Takes a publication out that waits for its way into Kafka. */
  readonly forget: (publication: Publication) => void
}

/** Where a publication goes on from here: the pipeline. */
export interface KeepEvents {
  /** The spool has it. */
  accepted(publication: Publication, where: Acceptance): void
  /** Kafka has it, and the spool does not. */
  stored(publication: Publication, outcome: StoredOutcome): void
  refused(publication: Publication, error: HermesError): void
}

export interface Keep {
  /** Whether a message goes to Kafka now; if not, all is done that can be done now. */
  letsPass(publication: Publication, topic: RoutedTopic): boolean
  /** How long the producer has for one that passed. */
  budgetMs(publication: Publication, usualMs: number): number
  /** Into the spool, which tells when the message is safe. */
  keep(publication: Publication): void
  /** The spool's word: the message is safe, or surely not there, or nobody knows. */
  kept(publication: Publication, keeping: Keeping): void
  /** Kafka's word on a message that may be in the spool as well. Whether there is more to do. */
  confirmed(publication: Publication, outcome: AppendOutcome): boolean
  /** Its deadline has passed. Whether that is dealt with. */
  expired(publication: Publication): boolean
}

/** Makes the step. */
export function createKeep(parts: KeepParts, events: KeepEvents): Keep {
  const { clock, warn, spooling, forget } = parts

  const keep = (publication: Publication): void => {
    invariant(spooling !== null, 'a message was to be kept without a spool')
    publication.stage = 'keeping'
    publication.queue?.remove(publication)
    spooling.deadlines.add(publication, clock.monotonic())
    spooling.spools.accept(publication)
  }
  /** There is no place for it in the spool; Kafka may have it by now. */
  const notKept = (publication: Publication, error: HermesError): void => {
    const outcome = publication.later?.outcome
    if (outcome?.kind === 'stored') events.stored(publication, outcome)
    else events.refused(publication, error)
  }
  const heard = (publication: Publication, later: Later, outcome: AppendOutcome): boolean => {
    later.outcome = outcome
    if (later.entry !== null) {
      // The spool writes down what became of it.
      spooling?.spools.resolve(later.entry, outcome)
      return false
    }
    if (publication.stage === 'appended' && mayBeLater(outcome)) {
      keep(publication)
      return false
    }
    // While it is being kept, the spool's word is the answer.
    return publication.stage !== 'keeping'
  }
  return {
    keep,
    letsPass(publication, topic) {
      const { prefer } = publication.origin.sent.headers
      const wish = asyncWish(prefer as string | undefined, topic.respondAsync)
      if (wish.mode === 'never') return true
      if (spooling === null) {
        if (!wish.isPreferred)
          warn('publish.noSpool', { topic: topic.name, unset: 'frontend.spool.directory' })
        if (wish.isStrict) events.refused(publication, asyncUnavailable)
        return !wish.isStrict
      }
      publication.later = { isPreferred: wish.isPreferred, isHeld: false, entry: null, outcome: null }
      // Behind what waits already, so that the order of a key holds.
      if (wish.mode === 'fallback' && !spooling.spools.hasWaiting(topic.name)) return true
      keep(publication)
      return false
    },
    budgetMs: ({ later }, usualMs) => (later === null ? usualMs : (spooling?.holdMs ?? usualMs)),
    kept(publication, keeping) {
      const { later, stage, id, topicName } = publication
      invariant(spooling !== null && later !== null, 'a message was kept that nobody wanted to keep')
      if (keeping.kind === 'kept') {
        later.entry = keeping.entry
        if (later.outcome !== null) spooling.spools.resolve(keeping.entry, later.outcome)
      }
      if (stage === 'answered') return
      if (keeping.kind !== 'kept') return notKept(publication, keepingRefusal(publication, keeping))
      const { isPreferred } = later
      events.accepted(publication, { location: spooling.locationOf(topicName, id), isPreferred })
    },
    confirmed: (publication, outcome) =>
      publication.later === null || heard(publication, publication.later, outcome),
    expired(publication) {
      const { later, stage } = publication
      if (later !== null && (stage === 'preparing' || stage === 'appended')) {
        later.isHeld = stage === 'appended'
        if (!later.isHeld) forget(publication)
        keep(publication)
        return true
      }
      if (stage === 'keeping') notKept(publication, diskLate(publication))
      return stage === 'keeping'
    },
  }
}
