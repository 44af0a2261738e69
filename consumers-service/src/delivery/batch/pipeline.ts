/**
 * READ FIRST. The delivery of one subscription in batches, over all partitions that it owns here:
 * filter, gather, seal, send, judge, then of each message settle | send again | bury as a dead letter.
 * Promises: one batch at a time, sent until each of its messages has an outcome, so each partition keeps its
 * order inside batches and across them; settles only what has that outcome for good.
 * Bounds: a batch, the message that opens the next one, `burialsMax`, the windows, the process's pool.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { BrokenInvariant, invariant } from '@iris/common/lifecycle/invariant'
import { createAlarm } from '@iris/common/time/alarm'
import { expiredReason } from '../death.js'
import { createFilterStep } from '../filter.js'
import type { Letter } from '../letter.js'
import { checkIdle, lostLock, untilIdle, type PartitionWork } from '../partition-work.js'
import type { Pipeline, PipelineParts, PipelineStatus } from '../pipeline-parts.js'
import type { BatchPlan } from '../plan.js'
import { createReceiver } from '../receive.js'
import { mayTry } from '../retry.js'
import type { BatchSender } from '../send/batch-sender.js'
import { isAttempt, isOwnFault, judgeBatch, verdictFor, type BatchVerdict } from './answer.js'
import { Batch, detachAll, Element } from './batch.js'
import { elementProblem } from './element.js'
import { Gathering, isTooLarge } from './gathering.js'
import { createOutcomes } from './outcomes.js'
import { createPoolShare, type BatchPool } from './pool.js'

export interface BatchParts extends PipelineParts {
  readonly sender: BatchSender
  readonly pool: BatchPool
  /** A new, random batch id. */
  newId(): string
}

/** How soon a pipeline that is held back looks again. */
const lookAgainMs = 200
/** Dead letters on their way at once, before nothing more is read. */
const burialsMax = 100
/** Hermes' word for a message that no batch can hold. */
const tooLarge = 'too large'

/** Makes the pipeline of a subscription, without partitions. */
export function createBatchPipeline(parts: BatchParts, firstPlan: BatchPlan): Pipeline {
  const { clock, scheduler, figures, journal, requestBudget, authorization } = parts
  const share = createPoolShare(parts.pool)
  const receiver = createReceiver({
    sink: {
      ...{ attemptEnded: neverAlone, requestEnded: neverAlone, attemptJudged: neverAlone },
      ...{ requestsAdded: neverAlone, refusal: neverAlone },
    },
    ...{ clock, mayRead: () => true, lineOf: () => null },
    droppedHeader: () => figures.droppedHeaders.value++,
  })
  const filter = createFilterStep({ ...parts, receive: receiver.next, goOn: round }, firstPlan.filters)
  const alarm = createAlarm(scheduler, round)
  const outcomes = createOutcomes({ ...parts, share, plan: () => plan, wake })
  let plan = firstPlan
  let gathering = new Gathering<Element>()
  /** Did not fit: it opens the next batch. */
  let opening: Element | null = null
  /** The batch that is under way or waits for its next attempt. */
  let batch: Batch | null = null
  let dueMs = 0
  let isRoundDue = false
  let isStopped = false

  /** One round: gathers what there is, sends what is ripe, and plans when to look again. */
  function round(): void {
    isRoundDue = false
    if (isStopped) return
    const nowMs = clock.monotonic()
    const isHeldBack = parts.heldBack() !== null
    if (isHeldBack) authorization.wanted()
    if (!isHeldBack) {
      if (batch === null) gather(nowMs)
      if (batch === null && isRipe(nowMs)) batch = seal()
      if (batch !== null && mayBegin(batch, nowMs)) send(batch, nowMs)
    }
    detachWaiting()
    planRound(isHeldBack, nowMs)
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
    while (outcomes.buryingCount() < burialsMax && share.hasRoom()) {
      const letter = filter.next(nowMs)
      if (letter === null) return null
      journal.read(letter)
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

  function mayBegin({ isUnderWay, isDoubtful }: Batch, nowMs: number): boolean {
    // A message that dies has its outcome once Kafka holds it: nothing of its partition overtakes it.
    return !isUnderWay && nowMs >= dueMs && outcomes.buryingCount() === 0 && !isDoubtful
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
      outcomes.begin(letter)
    }
    present.attemptedAtMs = nowMs
    present.isUnderWay = true
    requestBudget.open++
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
    let afterMs = Infinity
    const left = elements.filter(({ letter }) => {
      if (letter.isGone) return false
      const waitMs = outcomes.conclude(letter, verdictFor(verdict, letter.content.messageId), nowMs)
      afterMs = Math.min(afterMs, waitMs ?? Infinity)
      return waitMs !== null
    })
    batch = present.only(left, parts.newId)
    dueMs = nowMs + afterMs
    if (batch === null) figures.inflightTime.observe((nowMs - present.readAtMs) / 1000)
    else if (isAttempt(verdict)) figures.retries.value++
    for (const { letter } of elements) checkIdle(letter.work)
    wake()
  }

  function count(present: Batch, result: AttemptResult, verdict: BatchVerdict, nowMs: number): void {
    const deliveredCount = present.elements.filter(
      ({ letter }) => verdictFor(verdict, letter.content.messageId).kind === 'delivered',
    ).length
    const isSuccess = deliveredCount === present.elements.length
    figures.attempt(result, isSuccess, present.body.length, nowMs - present.attemptedAtMs)
    if (deliveredCount > 0) figures.batchDelivered()
    if (isOwnFault(verdict)) parts.log.warn('delivery.ownFault', { subscription: plan.id, result })
  }

  function leave(present: Batch): void {
    present.isUnderWay = false
    requestBudget.open--
    for (const { letter } of present.elements) outcomes.end(letter)
  }

  function isAlive(letter: Letter, nowMs: number): boolean {
    return mayTry(plan.policy, letter.attempts, letter.ageMs(nowMs))
  }

  function isWindowFull(): boolean {
    return receiver.works().some(work => !work.isClosing && !work.window.hasRoom())
  }

  function wake(): void {
    if (isRoundDue || isStopped) return
    isRoundDue = true
    queueMicrotask(round)
  }

  /** Whatever ends wakes the pipeline, and so does a lock; a timer is for what only time changes. */
  function planRound(isHeldBack: boolean, nowMs: number): void {
    if (isHeldBack) return alarm.ringAt(nowMs + lookAgainMs, nowMs)
    if (batch === null) alarm.ringAt(gathering.ripeAtMs(plan.policy), nowMs)
    else if (!batch.isUnderWay && outcomes.buryingCount() === 0 && !batch.isDoubtful)
      alarm.ringAt(dueMs, nowMs)
  }

  /** What waits lies in bytes of its own. */
  function detachWaiting(): void {
    opening?.detach()
    detachAll(gathering.elements)
    if (batch !== null && !batch.isUnderWay) detachAll(batch.elements)
  }

  /** Nothing of this partition is begun any more: what does not run yet is read again by the next owner. */
  function withdraw(work: PartitionWork): void {
    work.isClosing = true
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
    for (const { letter } of gone) outcomes.giveUp(letter)
  }

  function forget(work: PartitionWork): void {
    outcomes.giveUpAll(work)
    if (batch?.isUnderWay === true && batch.elements.every(({ letter }) => letter.isGone)) {
      batch.sending?.cancel()
      leave(batch)
      batch = null
    }
    receiver.remove(work)
    wake()
  }

  return {
    ready: () => Promise.resolve(),
    add(work) {
      receiver.add(work)
      wake()
    },
    async drain(work, drainMs) {
      withdraw(work)
      await untilIdle(work, scheduler, drainMs)
      forget(work)
    },
    update(next) {
      invariant(next.deliveryType === 'BATCH', 'a pipeline keeps its delivery type', { id: next.id })
      plan = next
      authorization.update(next)
      parts.sender.update(next)
      journal.update(next)
      filter.update(next.filters)
      if (opening !== null && isTooLarge(opening.bytes, next.policy)) {
        outcomes.bury(opening.letter, 'pipeline', tooLarge)
        opening = null
      }
      wake()
    },
    share: () => undefined, // of a rate; batches have none
    wake,
    works: receiver.works,
    status,
    stop() {
      isStopped = true
      alarm.stop()
      authorization.stop()
      parts.sender.stop()
    },
  }

  function status(): PipelineStatus {
    const waiting = batch === null || batch.isUnderWay ? null : batch
    const fence = parts.heldBack()
    return {
      inflight: outcomes.underWayCount(),
      inflightMax: plan.policy.batchSize,
      waiting: waiting?.elements.length ?? 0,
      parked: 0,
      gathered: gathering.elements.length + (opening === null ? 0 : 1),
      nextDueInMs: waiting === null ? null : Math.max(0, Math.round(dueMs - clock.monotonic())),
      rate: Infinity,
      isPaced: false,
      pace: null,
      windowShare: Math.max(0, ...receiver.works().map(work => work.window.usedShare())),
      heldBack: fence,
      isFenced: fence !== null,
    }
  }
}

function neverAlone(): never {
  throw new BrokenInvariant('a message of a batch is not sent alone', {})
}
