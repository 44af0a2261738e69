/**
 * The end of a pause: the moment when nobody sends for a subscription any more.
 * Takes a subscription that is stored as SUSPENDED, or was removed. Gives nothing as soon as no slot of it is
 * locked. Refuses with `PAUSE_NOT_CONFIRMED` after `timeoutMs`, naming who still holds a lock.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import type { SlotOwners } from '../store/ports.js'

/** Waits until a subscription is still that was suspended, or removed. */
export type Pause = (
  topic: TopicName,
  name: SubscriptionName,
  situation: 'suspended' | 'removed',
) => Promise<void>

export interface PauseParts {
  readonly store: SlotOwners
  readonly clock: Clock
  readonly scheduler: Scheduler
}

const askAgainMs = 100

/** Makes the waiter. */
export function createPause({ store, clock, scheduler }: PauseParts, timeoutMs: number): Pause {
  return async (topic, name, situation) => {
    const until = clock.monotonic() + timeoutMs
    for (;;) {
      const owners = await store.owners(topic, name)
      if (owners.length === 0) return
      if (clock.monotonic() >= until) {
        const problem =
          `Subscription ${name} of topic ${topic} is ${situation}, but after ${timeoutMs} ms ` +
          `these consumers have not confirmed that they stopped: ${owners.join('; ')}`
        throw refusal('PAUSE_NOT_CONFIRMED', { problem })
      }
      await sleep(scheduler, askAgainMs)
    }
  }
}
