/**
 * READ FIRST. The delivery of one subscription in one process, over all partitions that it owns here:
 * receive, filter, take a turn, keep the pace, send, judge, then settle | try again later | bury.
 * Promises: settles only what the subscriber took, Kafka holds as a dead letter or a filter kept out; what
 * waits for a retry gives its place in flight back and holds up nobody else.
 * Bounds: `inflightMax` under way, the partitions' windows, the process's waiting and request budgets.
 */
import type { AttemptResult } from '@iris/common/http/client'
import type { Delays } from './delay/delays.js'
import { delayOf } from './delay/levels.js'
import { beginAttempt } from './attempt-spans.js'
import { createBackRoom } from './back-room.js'
import { expiredReason } from './death.js'
import { judge, type Verdict } from './judge.js'
import type { Letter } from './letter.js'
import { createLifecycle, type WayStatus } from './lifecycle.js'
import { createOutcomes } from './outcomes.js'
import type { Parking } from './parking.js'
import { checkIdle, lostLock, type PartitionWork } from './partition-work.js'
import type { Pipeline, PipelineParts } from './pipeline-parts.js'
import type { SerialPlan } from './plan.js'
import { mayBeRead } from './receive.js'
import { mayTry } from './retry.js'
import { forwardProblem } from './send/forward.js'
import type { Sender } from './send/sender.js'
import { createTurns, hashOfKey, turnKind } from './turns.js'
import { UnderWay } from './under-way.js'
import type { WaitingBudget } from './waiting.js'

export interface SerialParts extends PipelineParts {
  readonly sender: Sender
  readonly delays: Delays
  readonly parking: Parking
  readonly waitingBudget: WaitingBudget
}

/** How soon a message that waits for a new token looks again. */
const lookAgainMs = 200

/** Makes the pipeline of a subscription, without partitions. */
export function createPipeline(parts: SerialParts, firstPlan: SerialPlan): Pipeline {
  const { clock, figures, requestBudget, authorization, parking, tracer } = parts
  const kind = turnKind(firstPlan.ordering, firstPlan.policy.inflightMax)
  const turns = createTurns<Letter>(kind)
  const underWay = new UnderWay()
  const backRoom = createBackRoom(parts.waitingBudget)
  let plan = firstPlan
  let isRetryFirst = false
  const intake = {
    sink: { attemptEnded, requestEnded, attemptJudged, requestsAdded, refusal },
    mayRead: (place: number) => turns.mayRead(place) && backRoom.hasRoom(maySpill()),
    lineOf: (key: Buffer | null) => (kind === 'key' && key !== null ? hashOfKey(key) : null),
  }
  const { ready, stop } = parking
  // What waits was detached when it began to wait.
  const holdBack = (): void => undefined
  const way = { intake, ready, begin: beginAll, holdBack, lookAtMs, planned, withdraw, forget, status, stop }
  const lifecycle = createLifecycle(parts, way, firstPlan)
  const { pace, wake } = lifecycle
  const outcomes = createOutcomes(parts, { plan: () => plan, begin, end, again: retry, settled, wake })

  function beginAll(nowMs: number): void {
    while (hasPlace() && pace.waitMs(nowMs, true) === 0) {
      const letter = next(nowMs)
      if (letter === null) break
      deliver(letter, nowMs)
    }
  }

  /** The way of one message, up to the attempt. What comes after it begins in `attemptEnded`. */
  function deliver(letter: Letter, nowMs: number): void {
    const { policy } = plan
    const parkedFor = parking.reasonFor(letter)
    if (parkedFor !== null) return outcomes.bury(letter, 'parked', parkedFor)
    const problem = letter.problem ?? (plan.forwardsTo === null ? null : forwardProblem(letter))
    if (problem !== null) return outcomes.bury(letter, 'pipeline', problem)
    if (!mayTry(policy, letter.attempts, letter.ageMs(nowMs)))
      return outcomes.bury(letter, 'expired', expiredReason(letter))
    if (letter.notBeforeMs > nowMs) return again(letter, letter.notBeforeMs - nowMs, nowMs)
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
    if (tracer !== null) letter.spans = beginAttempt(tracer, plan, letter)
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
    letter.spans?.answered(result)
    const nowMs = clock.monotonic()
    const tookMs = nowMs - letter.attemptedAtMs
    figures.attempt(result, verdict.kind === 'delivered', letter.body.length, tookMs)
    pace.ended(letter, result, verdict, nowMs)
    return verdict
  }

  function attemptJudged(letter: Letter, verdict: Verdict): void {
    end(letter)
    if (verdict.kind === 'retry' && !verdict.isCounted)
      parts.log.warn('delivery.ownFault', { subscription: plan.id, detail: verdict.reason })
    const nowMs = clock.monotonic()
    outcomes.conclude(letter, verdict, nowMs)
    letter.spans?.ended(letter, verdict, nowMs)
    letter.spans = null
    checkIdle(letter.work)
    wake()
  }

  /** The message holds one place; its requests are so many all the same, for rate and process. */
  function requestsAdded(letter: Letter, count: number): void {
    pace.charge(count, clock.monotonic())
    letter.requestCount += count
    requestBudget.open += count
  }

  function retry(letter: Letter, afterMs: number, nowMs: number, isCounted: boolean): void {
    if (isCounted) figures.retries.value++
    again(letter, afterMs, nowMs, isCounted ? letter.attempts : 0)
  }

  /** In memory, or where it waits for long or memory is full, in the delay topic. */
  function again(letter: Letter, waitMs: number, nowMs: number, attempts = letter.attempts): void {
    if (letter.work.isClosing) return void (letter.isGone = true)
    const leftMs = plan.policy.messageTtlMs - letter.ageMs(nowMs)
    const delayMs = delayOf(plan.delay, { waitMs, leftMs, attempts, isMemoryFull: backRoom.isFull() })
    if (delayMs === null) return backRoom.wait(letter, nowMs + waitMs)
    const stored = outcomes.handedOver(letter, () => figures.postponed.value++)
    parts.delays.postpone({ letter, plan, untilMs: clock.now() + delayMs, stored })
  }

  /** Hands its turn on. */
  function settled({ work, line, readAtMs }: Letter, nowMs: number): void {
    figures.inflightTime.observe((nowMs - readAtMs) / 1000)
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
      const letter = backRoom.takeReleased() ?? lifecycle.next(nowMs)
      if (letter === null || letter.hasTurn) return letter
      letter.hasTurn = turns.enter(letter, letter.work.place, letter.line)
      if (letter.hasTurn) return letter
      backRoom.park(letter)
    }
  }

  function begin(letter: Letter): void {
    underWay.begin(letter)
    letter.requestCount = 1
    requestBudget.open++
  }

  function end(letter: Letter): void {
    if (underWay.end(letter)) requestBudget.open -= letter.requestCount
  }

  function hasPlace(): boolean {
    if (underWay.size >= plan.policy.inflightMax) return false
    return requestBudget.open < requestBudget.max || underWay.size < requestBudget.eachMin
  }

  function sendingDelayMs(letter: Letter): number {
    return plan.policy.sendingDelayMs - Math.max(0, clock.now() - letter.entry.timestampMs)
  }

  /** Whatever is under way wakes the pipeline when it ends; this is for what only time changes. */
  function lookAtMs(nowMs: number): number {
    if (!hasPlace()) return Infinity
    const dueMs = Math.max(backRoom.nextDueMs(), nowMs + pace.waitMs(nowMs, false))
    const waitMs = pace.waitMs(nowMs, true)
    // Without a wait, what is fresh would have begun: it waits for something that will wake us.
    return Math.min(dueMs, waitMs > 0 && hasFresh() ? nowMs + waitMs : Infinity)
  }

  /** Whether what memory does not hold can wait in Kafka; what waits its sending delay cannot. */
  function maySpill(): boolean {
    return plan.delay !== null && plan.policy.sendingDelayMs === 0
  }

  function hasFresh(): boolean {
    return backRoom.hasReleased() || lifecycle.works().some(mayBeRead)
  }

  function planned(next: SerialPlan): void {
    plan = next
  }

  function withdraw(work: PartitionWork): void {
    for (const letter of [...turns.parked(work.place), ...backRoom.removeOf(work)]) {
      letter.isGone = true
      backRoom.leave(letter)
    }
  }

  function forget(work: PartitionWork): void {
    for (const letter of underWay.of(work)) {
      letter.isGone = true
      letter.sending?.cancel()
      if (letter.sending !== null) pace.abandoned(letter, clock.monotonic())
      end(letter)
    }
    turns.drop(work.place)
  }

  function status(nowMs: number): WayStatus {
    const [dueMs, isFresh] = [backRoom.nextDueMs(), hasFresh()]
    return {
      inflight: underWay.size,
      inflightMax: plan.policy.inflightMax,
      waiting: backRoom.waitingCount(),
      parked: turns.parkedCount(),
      gathered: 0,
      nextDueMs: dueMs,
      isPaced: pace.waitMs(nowMs, isFresh) > 0 && (isFresh || dueMs <= nowMs),
      fullBecause:
        parking.problem() ??
        (backRoom.hasRoom(maySpill()) ? null : 'too many messages wait for a retry in this process'),
    }
  }

  return lifecycle.pipeline
}
