/**
 * What every kind of delivery does around the way of its messages: rounds, partitions that come and go, the
 * plan as it changes, the pace, the status.
 * Takes the way as a record of functions. Gives the pipeline, and to the way what is common to all.
 * Promises: one round at a time; a pipeline that is held back begins nothing, and looks again soon.
 */
import { invariant } from '@iris/common/lifecycle/invariant'
import { createAlarm } from '@iris/common/time/alarm'
import { createFilterStep } from './filter.js'
import type { Letter } from './letter.js'
import { paceLimits } from './pace/controller.js'
import type { Pace } from './pace/pace.js'
import { untilIdle, type PartitionWork } from './partition-work.js'
import type { Pipeline, PipelineParts, PipelineStatus } from './pipeline-parts.js'
import { rateOf, type DeliveryPlan } from './plan.js'
import { createOpener } from '@iris/common/kafka/opener'
import { createReceiver, type ReceiverParts } from './receive.js'
import { whyNotReading } from './why-not-reading.js'

export interface LifecycleParts<P extends DeliveryPlan> extends PipelineParts {
  /** Who sends in this way. */
  readonly sender: { update(plan: P): void; stop(): void }
}

/** The way of messages of one kind of delivery, as far as its surroundings know it. */
export interface Way<P extends DeliveryPlan> {
  /** Where what is read goes, and what may be read. */
  readonly intake: Pick<ReceiverParts, 'sink' | 'mayRead' | 'lineOf'>
  ready(): Promise<void>
  /** Begins all that may begin now. */
  begin(nowMs: number): void
  /** Nothing may begin for now: what waits is to hold none of the bytes that were fetched with it. */
  holdBack(): void
  /** When to look again, unless something wakes it before; Infinity where nothing waits for time alone. */
  lookAtMs(nowMs: number): number
  /** The plan has changed. */
  planned(plan: P): void
  /** Begins nothing more of a partition; the next owner reads again what does not run yet. */
  withdraw(work: PartitionWork): void
  /** Gives up what is under way of it. */
  forget(work: PartitionWork): void
  status(nowMs: number): WayStatus
  stop(): void
}

/** What only the way itself can tell of the status. */
export interface WayStatus
  extends Pick<PipelineStatus, 'inflight' | 'inflightMax' | 'waiting' | 'parked' | 'gathered' | 'isPaced'> {
  /** When the next of the waiting is due; Infinity when none waits. */
  readonly nextDueMs: number
  /** Why it takes nothing more, in plain words, or null. */
  readonly fullBecause: string | null
}

export interface Lifecycle {
  readonly pace: Pace
  readonly pipeline: Pipeline
  /** The next message to deliver or to bury; null when there is none now. */
  next(nowMs: number): Letter | null
  works(): readonly PartitionWork[]
  /** Something ended or came: there is to be a round. */
  wake(): void
}

/** How soon a pipeline that is held back looks again. */
const lookAgainMs = 200

/** Makes the surroundings of a way, without partitions. */
export function createLifecycle<P extends DeliveryPlan>(
  parts: LifecycleParts<P>,
  way: Way<P>,
  firstPlan: P,
): Lifecycle {
  const { clock, scheduler, figures, journal, authorization, sender } = parts
  const pace = parts.pace(paceLimits(firstPlan.policy, rateOf(firstPlan)))
  const opener = createOpener(
    {
      ...{ clock, scheduler, registry: parts.registry, areIdsUsed: parts.areSchemaIdsUsed },
      avroRead: (isById, isProblem) => figures.avroRead(isById, isProblem),
      dropped: () => void figures.droppedHeaders.value++,
      ready() {
        receiver.retry()
        wake()
      },
    },
    firstPlan,
  )
  const receiver = createReceiver({ ...way.intake, clock, opener })
  const filterRate = (of: P): number => (parts.isFilterRateLimited ? rateOf(of) : Infinity)
  const filter = createFilterStep(
    { ...parts, receive: receiver.next, goOn: round },
    firstPlan.filters,
    filterRate(firstPlan),
  )
  const alarm = createAlarm(scheduler, round)
  const share = parts.rateShare(firstPlan.id, { begun: pace.begun, changed: partChanged })
  let plan = firstPlan
  let partitionsTotal = 0
  let rate = rateOf(firstPlan)
  let isRoundDue = false
  let isStopped = false

  /** One round: begins all that may begin now, and plans when to look again. */
  function round(): void {
    isRoundDue = false
    if (isStopped) return
    const nowMs = clock.monotonic()
    // What is borrowed may have ended with nothing but time.
    if (share.perSecond() !== rate) setRate()
    if (parts.heldBack() === null) {
      way.begin(nowMs)
      alarm.ringAt(Math.min(way.lookAtMs(nowMs), filter.resumesMs(nowMs)), nowMs)
    } else {
      way.holdBack()
      authorization.wanted()
      alarm.ringAt(nowMs + lookAgainMs, nowMs)
    }
  }

  function wake(): void {
    if (isRoundDue || isStopped) return
    isRoundDue = true
    queueMicrotask(round)
  }

  function setRate(): void {
    rate = share.perSecond()
    pace.update(paceLimits(plan.policy, rate))
  }

  function partChanged(): void {
    setRate()
    wake()
  }

  /** What is owned, or the plan, has changed. */
  function updateShare(): void {
    const works = receiver.works()
    const owned = works.filter(work => !work.isDelayed).map(work => work.partition)
    share.update(rateOf(plan), owned, partitionsTotal, owned.length === 0 && works.length > 0)
    partChanged()
  }

  function status(): PipelineStatus {
    const nowMs = clock.monotonic()
    const { nextDueMs, fullBecause, ...own } = way.status(nowMs)
    const paceStatus = pace.status(nowMs)
    const fence = parts.heldBack()
    const works = receiver.works()
    return {
      ...own,
      nextDueInMs: nextDueMs === Infinity ? null : Math.max(0, Math.round(nextDueMs - nowMs)),
      rate: paceStatus.rate,
      pace: paceStatus,
      windowShare: Math.max(0, ...works.map(work => work.window.usedShare())),
      heldBack:
        fence ??
        fullBecause ??
        opener.waitsFor(receiver.unopened()) ??
        whyNotReading(works, filter.resumesMs(nowMs) < Infinity),
      isFenced: fence !== null,
    }
  }

  const pipeline: Pipeline = {
    async ready() {
      await Promise.all([way.ready(), share.ready()])
    },
    add(work) {
      receiver.add(work)
      updateShare()
    },
    async drain(work, drainMs) {
      work.isClosing = true
      way.withdraw(work)
      await untilIdle(work, scheduler, drainMs)
      way.forget(work)
      receiver.remove(work)
      updateShare()
    },
    silent: share.silent,
    update(next) {
      const { deliveryType, id } = next
      invariant(deliveryType === firstPlan.deliveryType, 'a pipeline keeps its delivery type', { id })
      plan = next as P
      authorization.update(plan)
      sender.update(plan)
      opener.update(plan)
      filter.update(plan.filters, filterRate(plan))
      journal.update(plan)
      way.planned(plan)
      updateShare()
    },
    share(total) {
      partitionsTotal = total
      updateShare()
    },
    wake,
    works: receiver.works,
    status,
    stop() {
      isStopped = true
      alarm.stop()
      share.stop()
      authorization.stop()
      sender.stop()
      opener.stop()
      way.stop()
    },
  }

  return {
    pace,
    pipeline,
    next(nowMs) {
      const letter = filter.next(nowMs)
      if (letter !== null) journal.read(letter)
      return letter
    },
    works: receiver.works,
    wake,
  }
}
