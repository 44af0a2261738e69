/**
 * The delay topic of one subscription, as far as this process reads it.
 * Takes the slot of the subscription and the word that a delay topic exists. Gives the topic's partitions of
 * that slot to the pipeline, and what waits in them. Promises: it is read as soon as it exists, whatever the
 * subscription's retry policy says by then, so that nothing is left behind in it.
 */
import type { Offsets } from '@iris/common/kafka/offsets'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { DeliveryPlan } from '../delivery/plan.js'
import { partitionsOfSlot, type Slot } from './balance.js'
import type { Reading } from './reading.js'

export interface DelayReading {
  /** Says which slot of the subscription runs here; null for none. */
  want(slot: Slot | null): void
  /** What waits in the partitions that are read here, as last looked at. */
  waiting(): Waiting
  /** Resolves when every lock is given back. */
  stop(): Promise<void>
}

/** Messages in a delay topic, and the wall time at which the next of them is due. */
export interface Waiting {
  readonly messages: number
  readonly nextDueMs: number | null
}

export interface DelayReadingParts {
  readonly offsets: Offsets
  readonly scheduler: Scheduler
  readonly log: Log
  /** Tells how many partitions the subscription's delay topic has, 0 while there is none; at every change. */
  watch(plan: DeliveryPlan, listener: (partitions: number) => void): Cancel
  /** Begins to read it. */
  open(): Reading
  /** Wall time at which the first message of a partition is due, or null when none waits there. */
  dueMs(partition: number): number | null
}

/** How often the ends of the partitions are looked up, to tell how many messages wait in them. */
const lookMs = 10_000

/** Makes the reading; nothing is read before the delay topic exists. */
export function createDelayReading(parts: DelayReadingParts, plan: DeliveryPlan): DelayReading {
  let slot: Slot | null = null
  let partitions = 0
  let reading: Reading | null = null
  let ends: ReadonlyMap<number, number> = new Map()

  const apply = (): void => {
    if (partitions > 0 && slot !== null) reading ??= parts.open()
    reading?.want(slot === null ? [] : partitionsOfSlot(slot, partitions))
  }
  const look = async (): Promise<void> => {
    const owned = (reading?.claims() ?? [])
      .filter(claim => claim.work() !== null)
      .map(({ partition }) => partition)
    if (owned.length === 0) return
    try {
      const rows = await parts.offsets.latest(plan.delayTopic, owned)
      ends = new Map(rows.map(({ partition, offset }) => [partition, offset]))
    } catch (error) {
      parts.log.debug('delay.endsUnknown', { subscription: plan.id, error })
    }
  }
  const cancels = [
    parts.watch(plan, count => {
      partitions = count
      apply()
    }),
    parts.scheduler.every(lookMs, () => void look()),
  ]

  return {
    want(wanted) {
      slot = wanted
      apply()
    },
    waiting() {
      let messages = 0
      let nextDueMs: number | null = null
      for (const claim of reading?.claims() ?? []) {
        const work = claim.work()
        if (work === null) continue
        const end = Math.max(ends.get(claim.partition) ?? 0, work.follower.endOffset, work.window.next())
        messages += end - work.window.commitPosition()
        const dueMs = parts.dueMs(claim.partition)
        if (dueMs !== null) nextDueMs = Math.min(nextDueMs ?? Infinity, dueMs)
      }
      return { messages, nextDueMs }
    },
    async stop() {
      for (const cancel of cancels) cancel()
      await reading?.stop()
    },
  }
}
