/**
 * What becomes of messages: settled, tried again, or kept by Kafka as dead letters.
 * Takes a message and the verdict on it. Does what the verdict says, and tells the journal.
 * Promises: settles only what the subscriber took, Kafka holds, or somebody asked to forget; what its
 * partition's next owner is to read again is left as it stands.
 */
import { deathOf, type DeathClass } from './death.js'
import type { Failure, Verdict } from './judge.js'
import type { Letter } from './letter.js'
import type { Parking } from './parking.js'
import { checkIdle } from './partition-work.js'
import type { PipelineParts } from './pipeline-parts.js'
import type { DeliveryPlan } from './plan.js'
import { nextTry, ownFaultPauseMs } from './retry.js'

export interface OutcomeParts extends Pick<PipelineParts, 'clock' | 'deadLetters' | 'journal' | 'suspend'> {
  readonly parking: Pick<Parking, 'park'>
}

/** What the way of the messages does by itself. */
export interface OutcomeWay {
  plan(): DeliveryPlan
  /** It is under way to where Kafka holds it, until `end`. */
  begin(letter: Letter): void
  end(letter: Letter): void
  /** It is to be tried after so long. Not counted: an attempt that the subscriber has nothing to do with. */
  again(letter: Letter, afterMs: number, nowMs: number, isCounted: boolean): void
  /** Its offset is settled: what waited for that may go on. */
  settled(letter: Letter, nowMs: number): void
  wake(): void
}

export interface Outcomes {
  /** Does what the verdict on an attempt says. */
  conclude(letter: Letter, verdict: Verdict, nowMs: number): void
  bury(letter: Letter, className: DeathClass, reason: string): void
  /** Keeps it under way until Kafka holds it: what is to be called then. `note` writes it down. */
  handedOver(letter: Letter, note: (offset: number) => void): (offset: number) => void
}

/** Makes the outcomes of one subscription. */
export function createOutcomes(parts: OutcomeParts, way: OutcomeWay): Outcomes {
  const { clock, journal } = parts

  function conclude(letter: Letter, verdict: Verdict, nowMs: number): void {
    switch (verdict.kind) {
      case 'delivered':
        journal.delivered(letter)
        return settle(letter, nowMs)
      case 'retry':
        return failed(letter, verdict, nowMs)
      case 'dead':
        fail(letter, verdict)
        return bury(letter, 'refused', verdict.reason)
      case 'discard':
        fail(letter, verdict)
        journal.discarded(letter, verdict.reason)
        return settle(letter, nowMs)
      case 'pause':
        parts.suspend(verdict.reason)
        // Not an attempt: when the subscription goes on, the message goes on as it stands.
        return way.again(letter, ownFaultPauseMs, nowMs, false)
    }
  }

  function failed(letter: Letter, verdict: Verdict & { readonly kind: 'retry' }, nowMs: number): void {
    if (!verdict.isCounted) return way.again(letter, ownFaultPauseMs, nowMs, false)
    fail(letter, verdict)
    const next = nextTry(way.plan().policy, letter.attempts, letter.ageMs(nowMs), verdict.retryAfterMs)
    if (next.kind === 'again') way.again(letter, next.afterMs, nowMs, true)
    else bury(letter, 'expired', verdict.reason)
  }

  function fail(letter: Letter, verdict: Failure): void {
    letter.failed(verdict)
    journal.failed(letter, verdict)
  }

  function bury(letter: Letter, className: DeathClass, reason: string): void {
    letter.spans?.died(className)
    const buried = handedOver(letter, deadOffset => journal.buried(letter, reason, deadOffset))
    // Its turn is not handed on before those behind it are sure to find its key parked.
    const stored = (deadOffset: number): void => {
      if (className === 'parked') buried(deadOffset)
      else parts.parking.park(letter, reason, () => buried(deadOffset))
    }
    parts.deadLetters.bury(deathOf(letter, way.plan(), { class: className, reason }, stored))
  }

  function handedOver(letter: Letter, note: (offset: number) => void): (offset: number) => void {
    way.begin(letter)
    return offset => {
      if (letter.isGone) return
      way.end(letter)
      note(offset)
      settle(letter, clock.monotonic())
      checkIdle(letter.work)
      way.wake()
    }
  }

  function settle(letter: Letter, nowMs: number): void {
    letter.work.window.settle(letter.slot)
    way.settled(letter, nowMs)
  }

  return { conclude, bury, handedOver }
}
