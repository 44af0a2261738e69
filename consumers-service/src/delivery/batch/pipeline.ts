/**
 * READ FIRST. The delivery of one subscription in batches, over all partitions that it owns here:
 * filter, gather, seal, keep the pace, send, judge, then of each message settle | send again | bury.
 * Promises: one batch at a time, sent until each of its messages has an outcome, so each partition keeps its
 * order inside batches and across them; settles only what has that outcome for good.
 * Bounds: a batch, the message that opens the next one, `burialsMax`, the windows, the process's pool.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { BrokenInvariant } from '@iris/common/lifecycle/invariant'
import { expiredReason } from '../death.js'
import type { Letter } from '../letter.js'
import { createLifecycle, type WayStatus } from '../lifecycle.js'
import { createOutcomes } from '../outcomes.js'
import { noParking } from '../parking.js'
import { checkIdle, lostLock, type PartitionWork } from '../partition-work.js'
import type { Pipeline, PipelineParts } from '../pipeline-parts.js'
import type { BatchPlan } from '../plan.js'
import { mayTry } from '../retry.js'
import type { BatchSender } from '../send/batch-sender.js'
import { UnderWay } from '../under-way.js'
import { isAttempt, isOwnFault, judgeBatch, summaryOf, verdictFor, type BatchVerdict } from './answer.js'
import { Batch, detachAll, Element } from './batch.js'
import { beginBatchSpans } from './batch-spans.js'
import { elementProblem } from './element.js'
import { Gathering, isTooLarge } from './gathering.js'
import { createPoolShare, type BatchPool } from './pool.js'

export interface BatchParts extends PipelineParts {
  readonly sender: BatchSender
  readonly pool: BatchPool
  /** A new, random batch id. */
  newId(): string
}

/** How soon a batch that waits for a new token looks again. */
const lookAgainMs = 200
/** Dead letters on their way at once, before nothing more is read. */
const burialsMax = 100
/** Hermes' word for a message that no batch can hold. */
const tooLarge = 'too large'

/** Makes the pipeline of a subscription, without partitions. */
export function createBatchPipeline(parts: BatchParts, firstPlan: BatchPlan): Pipeline {
  const { clock, figures, requestBudget, authorization, tracer } = parts
  const share = createPoolShare(parts.pool)
  const sending = new UnderWay()
  const burying = new UnderWay()
  /** What an answer leaves to be sent again. */
  const left = new Set<Letter>()
  let plan = firstPlan
  let gathering = new Gathering<Element>()
  /** Did not fit: it opens the next batch. */
  let opening: Element | null = null
  /** The batch that is under way or waits for its next attempt. */
  let batch: Batch | null = null
  let dueMs = 0
  const alone = { attemptEnded: neverAlone, requestEnded: neverAlone, attemptJudged: neverAlone }
  const intake = {
    sink: { ...alone, requestsAdded: neverAlone, refusal: neverAlone },
    ...{ mayRead: () => true, lineOf: () => null },
  }
  const { ready, stop } = noParking
  const of = { planned, withdraw, forget, status, stop }
  const way = { intake, ready, begin, holdBack: detachWaiting, lookAtMs, ...of }
  const lifecycle = createLifecycle(parts, way, firstPlan)
  const { pace, wake } = lifecycle
  const outcomes = createOutcomes(
    { ...parts, parking: noParking },
    {
      plan: () => plan,
      begin: letter => burying.begin(letter),
      end: letter => burying.end(letter),
      again,
      settled: share.release,
      wake,
    },
  )

  /** Gathers what there is, and sends what is ripe. */
  function begin(nowMs: number): void {
    if (batch === null) gather(nowMs)
    if (batch === null && isRipe(nowMs)) batch = seal()
    if (batch !== null && mayBegin(batch) && waitMs(batch, nowMs) === 0) send(batch, nowMs)
    detachWaiting()
  }

  function gather(nowMs: number): void {
    while (!gathering.isFull(plan.policy)) {
      opening ??= fresh(nowMs)
      if (opening === null || !gathering.fits(opening, plan.policy)) return
      // What was tried before a restart has waited for others already.
      gathering.add(opening, opening.letter.attempts === 0 ? nowMs : -Infinity)
      opening = null
    }
  }

  /** The next message that can stand in a batch; what cannot is buried on the way. */
  function fresh(nowMs: number): Element | null {
    while (burying.size < burialsMax && share.hasRoom()) {
      const letter = lifecycle.next(nowMs)
      if (letter === null) return null
      const problem = letter.problem ?? elementProblem(letter.content)
      const element = new Element(letter)
      share.hold(letter, element.bytes)
      if (problem !== null) outcomes.bury(letter, 'pipeline', problem)
      else if (isTooLarge(element.bytes, plan.policy)) outcomes.bury(letter, 'pipeline', tooLarge)
      else if (!isAlive(letter, nowMs)) outcomes.bury(letter, 'expired', expiredReason(letter))
      else return element
    }
    return null
  }

  /** Hermes' rules, and what cannot grow: a full window or pool gives nothing more before this batch ends. */
  function isRipe(nowMs: number): boolean {
    if (gathering.elements.length === 0) return false
    if (opening !== null || gathering.isFull(plan.policy)) return true
    return nowMs >= gathering.ripeAtMs(plan.policy) || !share.hasRoom() || isWindowFull()
  }

  function seal(): Batch {
    const { elements } = gathering
    gathering = new Gathering()
    dueMs = 0
    return new Batch({ attemptEnded, refusal }, parts.newId(), elements)
  }

  /** Whether only time keeps it from being sent. */
  function mayBegin({ isUnderWay, isDoubtful }: Batch): boolean {
    // A message that dies has its outcome once Kafka holds it: nothing of its partition overtakes it.
    return !isUnderWay && burying.size === 0 && !isDoubtful
  }

  function waitMs({ attempts }: Batch, nowMs: number): number {
    return Math.max(0, dueMs - nowMs, pace.waitMs(nowMs, attempts === 0))
  }

  function send(present: Batch, nowMs: number): void {
    if (present.lastStatus === 401 && authorization.isRenewing()) {
      dueMs = nowMs + lookAgainMs
      return
    }
    const alive = present.elements.filter(({ letter }) => isAlive(letter, nowMs))
    batch = present.only(alive, parts.newId)
    if (batch !== present) {
      for (const element of present.elements)
        if (!alive.includes(element)) outcomes.bury(element.letter, 'expired', expiredReason(element.letter))
      return
    }
    for (const { letter } of present.elements) {
      letter.attemptedAtMs = nowMs
      letter.batchId = present.id
      sending.begin(letter)
    }
    present.attemptedAtMs = nowMs
    present.isUnderWay = true
    requestBudget.open++
    pace.began(nowMs)
    if (tracer !== null) present.spans = beginBatchSpans(tracer, plan, present)
    present.write()
    parts.sender.send(present)
  }

  /** Asked again where bytes leave: a process may have been frozen since the round began. */
  function refusal({ isDoubtful }: Batch): string | null {
    return isDoubtful ? lostLock : parts.heldBack()
  }

  function attemptEnded(present: Batch, result: AttemptResult): void {
    const nowMs = clock.monotonic()
    const { elements } = present
    const ids = new Set(elements.map(({ letter }) => letter.content.messageId))
    authorization.attemptEnded(result, present.attemptedAtMs)
    const verdict = judgeBatch(result, plan.policy, id => ids.has(id), clock.now())
    count(present, result, verdict, nowMs)
    leave(present)
    dueMs = Infinity
    for (const { letter } of elements)
      if (!letter.isGone) outcomes.conclude(letter, verdictFor(verdict, letter.content.messageId), nowMs)
    batch = present.only(
      elements.filter(({ letter }) => left.has(letter)),
      parts.newId,
    )
    left.clear()
    if (batch === null) figures.inflightTime.observe((nowMs - present.readAtMs) / 1000)
    else if (isAttempt(verdict)) figures.retries.value++
    for (const { letter } of elements) checkIdle(letter.work)
    wake()
  }

  function again(letter: Letter, afterMs: number, nowMs: number): void {
    if (letter.work.isClosing) return giveUp(letter)
    left.add(letter)
    dueMs = Math.min(dueMs, nowMs + afterMs)
  }

  function count(present: Batch, result: AttemptResult, verdict: BatchVerdict, nowMs: number): void {
    const { elements, body, attemptedAtMs } = present
    const deliveredCount = elements.filter(
      ({ letter }) => verdictFor(verdict, letter.content.messageId).kind === 'delivered',
    ).length
    figures.attempt(result, deliveredCount === elements.length, body.length, nowMs - attemptedAtMs)
    pace.ended(present, result, summaryOf(verdict, elements.length), nowMs)
    present.spans?.ended(present, result, deliveredCount, nowMs)
    if (deliveredCount > 0) figures.batchDelivered()
    if (isOwnFault(verdict)) parts.log.warn('delivery.ownFault', { subscription: plan.id, result })
  }

  function leave(present: Batch): void {
    present.isUnderWay = false
    requestBudget.open--
    for (const { letter } of present.elements) sending.end(letter)
  }

  function isAlive(letter: Letter, nowMs: number): boolean {
    return mayTry(plan.policy, letter.attempts, letter.ageMs(nowMs))
  }

  function isWindowFull(): boolean {
    return lifecycle.works().some(work => !work.isClosing && !work.window.hasRoom())
  }

  /** Whatever ends wakes the pipeline, and so does a lock; this is for what only time changes. */
  function lookAtMs(nowMs: number): number {
    if (batch === null) return gathering.ripeAtMs(plan.policy)
    return mayBegin(batch) ? nowMs + waitMs(batch, nowMs) : Infinity
  }

  /** What waits lies in bytes of its own. */
  function detachWaiting(): void {
    opening?.detach()
    detachAll(gathering.elements)
    if (batch !== null && !batch.isUnderWay) detachAll(batch.elements)
  }

  function planned(next: BatchPlan): void {
    plan = next
    if (opening === null || !isTooLarge(opening.bytes, plan.policy)) return
    outcomes.bury(opening.letter, 'pipeline', tooLarge)
    opening = null
  }

  function withdraw(work: PartitionWork): void {
    const isOfIt = ({ letter }: Element): boolean => letter.work === work
    const gone = [...gathering.removeWhere(isOfIt)]
    if (opening !== null && isOfIt(opening)) {
      gone.push(opening)
      opening = null
    }
    if (batch !== null && !batch.isUnderWay) {
      gone.push(...batch.elements.filter(isOfIt))
      batch = batch.only(
        batch.elements.filter(element => !isOfIt(element)),
        parts.newId,
      )
    }
    for (const { letter } of gone) giveUp(letter)
  }

  function forget(work: PartitionWork): void {
    for (const underWay of [sending, burying])
      for (const letter of underWay.of(work)) {
        underWay.end(letter)
        giveUp(letter)
      }
    if (batch?.isUnderWay !== true || !batch.elements.every(({ letter }) => letter.isGone)) return
    batch.sending?.cancel()
    pace.abandoned(batch, clock.monotonic())
    leave(batch)
    batch = null
  }

  /** Its next owner reads it again. */
  function giveUp(letter: Letter): void {
    letter.isGone = true
    share.release(letter)
  }

  function status(nowMs: number): WayStatus {
    const waiting = batch === null || batch.isUnderWay ? null : batch
    const isDue = waiting !== null && mayBegin(waiting) && nowMs >= dueMs
    return {
      inflight: sending.size + burying.size,
      inflightMax: plan.policy.batchSize,
      waiting: waiting?.elements.length ?? 0,
      parked: 0,
      gathered: gathering.elements.length + (opening === null ? 0 : 1),
      nextDueMs: waiting === null ? Infinity : dueMs,
      isPaced: isDue && waitMs(waiting, nowMs) > 0,
      fullBecause: null,
    }
  }

  return lifecycle.pipeline
}

function neverAlone(): never {
  throw new BrokenInvariant('a message of a batch is not sent alone', {})
}
