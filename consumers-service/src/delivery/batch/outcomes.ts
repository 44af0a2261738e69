/**
 * What becomes of the messages of batches, one by one: settled, sent again, buried, or given up.
 * Takes a message and the verdict on it. Does what the verdict says, and tells the journal.
 * Promises: settles only what the subscriber took, Kafka holds as a dead letter, or somebody asked to forget;
 * what its partition's next owner is to read again is left as it stands.
 */
import { deathOf, type DeathClass } from '../death.js'
import type { Failure, Verdict } from '../judge.js'
import type { Letter } from '../letter.js'
import { checkIdle, type PartitionWork } from '../partition-work.js'
import type { PipelineParts } from '../pipeline-parts.js'
import type { BatchPlan } from '../plan.js'
import { nextTry, ownFaultPauseMs } from '../retry.js'
import type { PoolShare } from './pool.js'

export interface Outcomes {
  /** An attempt of it begins or ends. */
  begin(letter: Letter): void
  end(letter: Letter): void
  /** Does what an answer means for a message. Gives how long until it is sent again, or null: never. */
  conclude(letter: Letter, verdict: Verdict, nowMs: number): number | null
  bury(letter: Letter, className: DeathClass, reason: string): void
  /** Its next owner reads it again. */
  giveUp(letter: Letter): void
  /** Gives up all of a partition that is under way. */
  giveUpAll(work: PartitionWork): void
  /** Messages in an attempt, or on their way to the dead-letter topic. */
  underWayCount(): number
  buryingCount(): number
}

export interface OutcomeParts extends Pick<PipelineParts, 'deadLetters' | 'journal' | 'suspend'> {
  readonly share: PoolShare
  plan(): BatchPlan
  /** A message is stored as a dead letter: others may go on. */
  wake(): void
}

/** Makes the outcomes of one subscription. */
export function createOutcomes(parts: OutcomeParts): Outcomes {
  const { journal } = parts
  const underWay = new Set<Letter>()
  const burying = new Set<Letter>()

  function conclude(letter: Letter, verdict: Verdict, nowMs: number): number | null {
    switch (verdict.kind) {
      case 'delivered':
        journal.delivered(letter)
        finish(letter)
        return null
      case 'retry':
        return failed(letter, verdict, nowMs)
      case 'dead':
        fail(letter, verdict)
        bury(letter, 'refused', verdict.reason)
        return null
      case 'discard':
        fail(letter, verdict)
        journal.discarded(letter, verdict.reason)
        finish(letter)
        return null
      case 'pause':
        parts.suspend(verdict.reason)
        // Not an attempt: when the subscription goes on, the message goes on as it stands.
        return again(letter, ownFaultPauseMs)
    }
  }

  function failed(
    letter: Letter,
    verdict: Verdict & { readonly kind: 'retry' },
    nowMs: number,
  ): number | null {
    if (!verdict.isCounted) return again(letter, ownFaultPauseMs)
    fail(letter, verdict)
    const next = nextTry(parts.plan().policy, letter.attempts, letter.ageMs(nowMs), verdict.retryAfterMs)
    if (next.kind === 'again') return again(letter, next.afterMs)
    bury(letter, 'expired', verdict.reason)
    return null
  }

  function fail(letter: Letter, verdict: Failure): void {
    letter.failed(verdict)
    journal.failed(letter, verdict)
  }

  function again(letter: Letter, afterMs: number): number | null {
    if (!letter.work.isClosing) return afterMs
    giveUp(letter)
    return null
  }

  function bury(letter: Letter, className: DeathClass, reason: string): void {
    begin(letter)
    burying.add(letter)
    const stored = (deadOffset: number): void => {
      if (letter.isGone) return
      burying.delete(letter)
      end(letter)
      journal.buried(letter, reason, deadOffset)
      finish(letter)
      checkIdle(letter.work)
      parts.wake()
    }
    parts.deadLetters.bury(deathOf(letter, parts.plan(), { class: className, reason }, stored))
  }

  function finish(letter: Letter): void {
    letter.work.window.settle(letter.slot)
    parts.share.release(letter)
  }

  function giveUp(letter: Letter): void {
    letter.isGone = true
    parts.share.release(letter)
  }

  function begin(letter: Letter): void {
    underWay.add(letter)
    letter.work.underWayCount++
  }

  function end(letter: Letter): void {
    if (underWay.delete(letter)) letter.work.underWayCount--
  }

  return {
    ...{ begin, end, conclude, bury, giveUp },
    giveUpAll(work) {
      for (const letter of [...underWay]) {
        if (letter.work !== work) continue
        end(letter)
        burying.delete(letter)
        giveUp(letter)
      }
    },
    underWayCount: () => underWay.size,
    buryingCount: () => burying.size,
  }
}
