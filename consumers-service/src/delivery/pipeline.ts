/**
 * READ FIRST. The delivery of one subscription in one process, over all partitions that it owns here:
 * receive, filter, take a turn, keep the pace, send, judge, then settle | try again later | bury.
 * Promises: settles only what the subscriber took, Kafka holds as a dead letter or a filter kept out; what
 * waits for a retry gives its place in flight back and holds up nobody else.
 * Bounds: `inflightMax` under way, the partitions' windows, the process's waiting and request budgets.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { invariant } from '@iris/common/lifecycle/invariant'
import { createAlarm } from '@iris/common/time/alarm'
import type { Delays } from './delay/delays.js'
import { delayOf } from './delay/levels.js'
import { createBackRoom } from './back-room.js'
import { deathOf, expiredReason, type DeathClass } from './death.js'
import { createFilterStep } from './filter.js'
import { judge, type Failure, type Verdict } from './judge.js'
import type { Letter } from './letter.js'
import { paceLimits } from './pace/controller.js'
import { rateShare } from './pace/limiter.js'
import type { MakePace } from './pace/pace-maker.js'
import type { Parking } from './parking.js'
import { checkIdle, lostLock, untilIdle, type PartitionWork } from './partition-work.js'
import type { Pipeline, PipelineParts, PipelineStatus } from './pipeline-parts.js'
import type { SerialPlan } from './plan.js'
import { createReceiver, mayBeRead } from './receive.js'
import { mayTry, nextTry, ownFaultPauseMs } from './retry.js'
import type { Sender } from './send/sender.js'
import { createTurns, hashOfKey, turnKind } from './turns.js'
import type { WaitingBudget } from './waiting.js'
import { whyNotReading } from './why-not-reading.js'

export interface SerialParts extends PipelineParts {
  readonly sender: Sender
  readonly delays: Delays
  readonly parking: Parking
  readonly waitingBudget: WaitingBudget
  readonly pace: MakePace
  /** Whether messages are also filtered out at the rate of the subscription and no faster. */
  readonly isFilterRateLimited: boolean
}

/** How soon a pipeline that is held back looks again. */
const lookAgainMs = 200

/** Makes the pipeline of a subscription, without partitions. */
export function createPipeline(parts: SerialParts, firstPlan: SerialPlan): Pipeline {
  const { clock, scheduler, figures, journal, requestBudget, authorization } = parts
  const kind = turnKind(firstPlan.ordering, firstPlan.policy.inflightMax)
  const turns = createTurns<Letter>(kind)
  const pace = parts.pace(paceLimits(firstPlan.policy, firstPlan.policy.rate))
  const underWay = new Set<Letter>()
  const backRoom = createBackRoom(parts.waitingBudget)
  const receiver = createReceiver({
    clock,
    sink: { attemptEnded, requestEnded, attemptJudged, requestsAdded, refusal },
    mayRead: place => turns.mayRead(place) && backRoom.hasRoom(maySpill()),
    lineOf: key => (kind === 'key' && key !== null ? hashOfKey(key) : null),
    droppedHeader: () => figures.droppedHeaders.value++,
  })
  const filterRate = ({ policy }: SerialPlan): number => (parts.isFilterRateLimited ? policy.rate : Infinity)
  const filter = createFilterStep(
    { ...parts, receive: receiver.next, goOn: round },
    firstPlan.filters,
    filterRate(firstPlan),
  )
  const alarm = createAlarm(scheduler, round)
  let plan = firstPlan
  let partitionsTotal = 0
  let isRetryFirst = false
  let isRoundDue = false
  let isStopped = false

  /** One round: begins all that may begin now, and plans when to look again. */
  function round(): void {
    isRoundDue = false
    if (isStopped) return
    const nowMs = clock.monotonic()
    const isHeldBack = parts.heldBack() !== null
    if (isHeldBack) authorization.wanted()
    while (!isHeldBack && hasPlace() && pace.waitMs(nowMs, true) === 0) {
      const letter = next(nowMs)
      if (letter === null) break
      deliver(letter, nowMs)
    }
    planRound(isHeldBack, nowMs)
  }

  /** The way of one message, up to the attempt. What comes after it begins in `attemptEnded`. */
  function deliver(letter: Letter, nowMs: number): void {
    const { policy } = plan
    const parkedFor = parts.parking.reasonFor(letter)
    if (parkedFor !== null) return bury(letter, 'parked', parkedFor)
    if (letter.problem !== null) return bury(letter, 'pipeline', letter.problem)
    if (!mayTry(policy, letter.attempts, letter.ageMs(nowMs)))
      return bury(letter, 'expired', expiredReason(letter))
    if (letter.notBeforeMs > nowMs) return tryAgain(letter, letter.notBeforeMs - nowMs, nowMs)
    if (letter.lastStatus === 401 && authorization.isRenewing())
      return backRoom.wait(letter, nowMs + lookAgainMs)
    const delayMs = letter.attempts > 0 || letter.wasDelayed ? 0 : sendingDelayMs(letter)
    if (delayMs > 0) {
      letter.wasDelayed = true
      return backRoom.wait(letter, nowMs + delayMs)
    }
    pace.began(nowMs)
    begin(letter)
    letter.attemptedAtMs = nowMs
    parts.sender.send(letter)
  }

  /** Asked again where bytes leave: a process may have been frozen since the round began. */
  function refusal({ work }: Letter): string | null {
    return work.isDoubtful ? lostLock : parts.heldBack()
  }

  function attemptEnded(letter: Letter, result: AttemptResult): void {
    attemptJudged(letter, requestEnded(letter, result))
  }

  function requestEnded(letter: Letter, result: AttemptResult): Verdict {
    const verdict = judge(result, plan.policy, clock.now())
    authorization.attemptEnded(result, letter.attemptedAtMs)
    const nowMs = clock.monotonic()
    const tookMs = nowMs - letter.attemptedAtMs
    figures.attempt(result, verdict.kind === 'delivered', letter.body.length, tookMs)
    pace.ended(letter, result, verdict, nowMs)
    return verdict
  }

  function attemptJudged(letter: Letter, verdict: Verdict): void {
    end(letter)
    carryOut(verdict, letter, clock.monotonic())
    checkIdle(letter.work)
    wake()
  }

  /** The message holds one place; its requests are so many all the same, for rate and process. */
  function requestsAdded(letter: Letter, count: number): void {
    pace.charge(count, clock.monotonic())
    letter.requestCount += count
    requestBudget.open += count
  }

  function carryOut(verdict: Verdict, letter: Letter, nowMs: number): void {
    switch (verdict.kind) {
      case 'delivered':
        journal.delivered(letter)
        return finish(letter, nowMs)
      case 'retry':
        return failed(letter, verdict, nowMs)
      case 'dead':
        fail(letter, verdict)
        return bury(letter, 'refused', verdict.reason)
      case 'discard':
        fail(letter, verdict)
        return discard(letter, verdict.reason, nowMs)
      case 'pause':
        parts.suspend(verdict.reason)
        // Not an attempt: when the subscription goes on, the message goes on as it stands.
        return goOn(letter, nowMs)
    }
  }

  /** Somebody asked for it in so many words: the message is settled, and said to be. */
  function discard(letter: Letter, reason: string, nowMs: number): void {
    journal.discarded(letter, reason)
    finish(letter, nowMs)
  }

  function failed(letter: Letter, verdict: Verdict & { readonly kind: 'retry' }, nowMs: number): void {
    if (!verdict.isCounted) {
      parts.log.warn('delivery.ownFault', { subscription: plan.id, detail: verdict.reason })
      return goOn(letter, nowMs)
    }
    fail(letter, verdict)
    const next = nextTry(plan.policy, letter.attempts, letter.ageMs(nowMs), verdict.retryAfterMs)
    if (next.kind === 'expired') return bury(letter, 'expired', verdict.reason)
    figures.retries.value++
    tryAgain(letter, next.afterMs, nowMs)
  }

  function fail(letter: Letter, verdict: Failure): void {
    letter.failed(verdict)
    journal.failed(letter, verdict)
  }

  /** A short pause after an attempt that nobody counts. */
  function goOn(letter: Letter, nowMs: number): void {
    tryAgain(letter, ownFaultPauseMs, nowMs, 0)
  }

  /** In memory, or where it waits for long or memory is full, in the delay topic. */
  function tryAgain(letter: Letter, waitMs: number, nowMs: number, attempts = letter.attempts): void {
    if (letter.work.isClosing) return void (letter.isGone = true)
    const leftMs = plan.policy.messageTtlMs - letter.ageMs(nowMs)
    const delayMs = delayOf(plan.delay, { waitMs, leftMs, attempts, isMemoryFull: backRoom.isFull() })
    if (delayMs === null) return backRoom.wait(letter, nowMs + waitMs)
    const stored = handedOver(letter, () => figures.postponed.value++)
    parts.delays.postpone({ letter, plan, untilMs: clock.now() + delayMs, stored })
  }

  function bury(letter: Letter, className: DeathClass, reason: string): void {
    const buried = handedOver(letter, deadOffset => journal.buried(letter, reason, deadOffset))
    // Its turn is not handed on before those behind it are sure to find its key parked.
    const stored = (deadOffset: number): void => {
      if (className === 'parked') buried(deadOffset)
      else parts.parking.park(letter, reason, () => buried(deadOffset))
    }
    parts.deadLetters.bury(deathOf(letter, plan, { class: className, reason }, stored))
  }

  /** Keeps it under way until Kafka holds it: what is to be called then. */
  function handedOver(letter: Letter, note: (offset: number) => void): (offset: number) => void {
    begin(letter)
    return offset => {
      if (letter.isGone) return
      end(letter)
      note(offset)
      finish(letter, clock.monotonic())
      checkIdle(letter.work)
      wake()
    }
  }

  /** Settles the offset and hands the turn on. */
  function finish(letter: Letter, nowMs: number): void {
    const { work, slot, line } = letter
    work.window.settle(slot)
    figures.inflightTime.observe((nowMs - letter.readAtMs) / 1000)
    const following = turns.leave(work.place, line)
    if (following !== null && !following.isGone) backRoom.release(following)
  }

  /** The next message to begin: retries and new messages in turn, so that neither holds up the other. */
  function next(nowMs: number): Letter | null {
    isRetryFirst = !isRetryFirst
    return isRetryFirst ? (due(nowMs) ?? fresh(nowMs)) : (fresh(nowMs) ?? due(nowMs))
  }

  function due(nowMs: number): Letter | null {
    return pace.waitMs(nowMs, false) > 0 ? null : backRoom.takeDue(nowMs)
  }

  function fresh(nowMs: number): Letter | null {
    for (;;) {
      const letter = backRoom.takeReleased() ?? receive(nowMs)
      if (letter === null || letter.hasTurn) return letter
      letter.hasTurn = turns.enter(letter, letter.work.place, letter.line)
      if (letter.hasTurn) return letter
      backRoom.park(letter)
    }
  }

  function receive(nowMs: number): Letter | null {
    const letter = filter.next(nowMs)
    if (letter !== null) journal.read(letter)
    return letter
  }

  function begin(letter: Letter): void {
    underWay.add(letter)
    letter.work.underWayCount++
    letter.requestCount = 1
    requestBudget.open++
  }

  function end(letter: Letter): void {
    if (!underWay.delete(letter)) return
    requestBudget.open -= letter.requestCount
    letter.work.underWayCount--
  }

  function hasPlace(): boolean {
    if (underWay.size >= plan.policy.inflightMax) return false
    return requestBudget.open < requestBudget.max || underWay.size < requestBudget.eachMin
  }

  function sendingDelayMs(letter: Letter): number {
    return plan.policy.sendingDelayMs - Math.max(0, clock.now() - letter.entry.timestampMs)
  }

  function wake(): void {
    if (isRoundDue || isStopped) return
    isRoundDue = true
    queueMicrotask(round)
  }

  /** Whatever is under way wakes the pipeline when it ends; a timer is for what only time changes. */
  function planRound(isHeldBack: boolean, nowMs: number): void {
    if (!hasPlace()) return
    if (isHeldBack) return alarm.ringAt(nowMs + lookAgainMs, nowMs)
    const dueMs = Math.max(backRoom.nextDueMs(), nowMs + pace.waitMs(nowMs, false))
    const waitMs = pace.waitMs(nowMs, true)
    // Without a wait, what is fresh would have begun: it waits for something that will wake us.
    const freshMs = waitMs > 0 && hasFresh() ? nowMs + waitMs : Infinity
    alarm.ringAt(Math.min(dueMs, freshMs, filter.resumesMs(nowMs)), nowMs)
  }

  /** Whether what memory does not hold can wait in Kafka; what waits its sending delay cannot. */
  function maySpill(): boolean {
    return plan.delay !== null && plan.policy.sendingDelayMs === 0
  }

  function hasFresh(): boolean {
    return backRoom.hasReleased() || receiver.works().some(mayBeRead)
  }

  function setRate(): void {
    const partitions = receiver.works().filter(work => !work.isDelayed).length
    pace.update(paceLimits(plan.policy, rateShare(plan.policy.rate, partitions, partitionsTotal)))
  }

  /** Nothing of this partition is begun any more: what does not run yet is read again by the next owner. */
  function withdraw(work: PartitionWork): void {
    work.isClosing = true
    for (const letter of [...turns.parked(work.place), ...backRoom.removeOf(work)]) {
      letter.isGone = true
      backRoom.leave(letter)
    }
  }

  function forget(work: PartitionWork): void {
    for (const letter of [...underWay]) {
      if (letter.work !== work) continue
      letter.isGone = true
      letter.sending?.cancel()
      if (letter.sending !== null) pace.abandoned(letter, clock.monotonic())
      end(letter)
    }
    turns.drop(work.place)
    receiver.remove(work)
    setRate()
    wake()
  }

  return {
    ready: parts.parking.ready,
    add(work) {
      receiver.add(work)
      setRate()
      wake()
    },
    async drain(work, drainMs) {
      withdraw(work)
      await untilIdle(work, scheduler, drainMs)
      forget(work)
    },
    update(next) {
      invariant(next.deliveryType === 'SERIAL', 'a pipeline keeps its delivery type', { id: next.id })
      plan = next
      authorization.update(next)
      parts.sender.update(next)
      filter.update(next.filters, filterRate(next))
      journal.update(next)
      setRate()
      wake()
    },
    share(total) {
      partitionsTotal = total
      setRate()
    },
    wake,
    works: receiver.works,
    status,
    stop() {
      isStopped = true
      alarm.stop()
      authorization.stop()
      parts.sender.stop()
      parts.parking.stop()
    },
  }

  function status(): PipelineStatus {
    const nowMs = clock.monotonic()
    const [dueMs, isFresh, paceStatus] = [backRoom.nextDueMs(), hasFresh(), pace.status(nowMs)]
    const fence = parts.heldBack()
    return {
      inflight: underWay.size,
      inflightMax: plan.policy.inflightMax,
      waiting: backRoom.waitingCount(),
      parked: turns.parkedCount(),
      gathered: 0,
      nextDueInMs: dueMs === Infinity ? null : Math.max(0, Math.round(dueMs - nowMs)),
      rate: paceStatus.rate,
      isPaced: pace.waitMs(nowMs, isFresh) > 0 && (isFresh || dueMs <= nowMs),
      pace: paceStatus,
      windowShare: Math.max(0, ...receiver.works().map(work => work.window.usedShare())),
      heldBack:
        fence ??
        whyNotReading({
          parkingProblem: parts.parking.problem(),
          hasRoom: backRoom.hasRoom(maySpill()),
          isFilterPaced: filter.resumesMs(nowMs) < Infinity,
          works: receiver.works(),
        }),
      isFenced: fence !== null,
    }
  }
}
