/**
 * Deletion of what removed subscriptions leave behind, after their consumers have stopped: consumer groups,
 * delay topics, tasks, what is kept about retries. Takes groups. Gives nothing; works in the background until
 * stopped. Promises: all is left alone where the subscription exists again. Bounds: `triesMax` tries a group,
 * `groupsMax` groups; what is given up is logged, and a later subscription of the name inherits none of it.
 */
import { subscriptionId, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import type { KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { TaskStore } from '@iris/common/tasks/task-store'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { KafkaGroups, KafkaTopics } from '../store/kafka-ports.js'
import type { ChangeGuard, RetryState, SubscriptionStore, UnfinishedStore } from '../store/ports.js'
import { removeRemains } from './delay-topic.js'

/** A group that nobody needs any more. */
export interface UnusedGroup {
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly group: string
}

export interface GroupCleanUp {
  /** Deletes the group after the configured delay, from now on. */
  later(unused: UnusedGroup): void
  /** The same for one that a note tells of; one that waits already goes on waiting. */
  noted(unused: UnusedGroup): void
  stop(): void
}

export interface GroupCleanUpParts {
  readonly store: SubscriptionStore & ChangeGuard & RetryState & UnfinishedStore
  readonly kafka: KafkaGroups
  readonly kafkaTopics: KafkaTopics
  readonly namespace: KafkaNamespace
  readonly tasks: Pick<TaskStore, 'forget'>
  readonly scheduler: Scheduler
  readonly log: Log
}

export interface GroupCleanUpOptions {
  readonly delayMs: number
  readonly intervalMs: number
}

const triesMax = 12
const groupsMax = 10_000

/** Makes the clean-up. */
export function createGroupCleanUp(parts: GroupCleanUpParts, options: GroupCleanUpOptions): GroupCleanUp {
  const waiting = new Map<string, Cancel>()

  const attempt = async (unused: UnusedGroup, tries: number): Promise<void> => {
    try {
      await removeUnused(parts, unused)
    } catch (error) {
      const isLast = tries >= triesMax
      parts.log.warn(isLast ? 'group.notDeleted' : 'group.deletionFailed', { ...unused, tries, error })
      if (!isLast) schedule(unused, tries + 1, options.intervalMs)
    }
  }
  const schedule = (unused: UnusedGroup, tries: number, delayMs: number): void => {
    waiting.get(unused.group)?.()
    const run = (): void => {
      waiting.delete(unused.group)
      void attempt(unused, tries)
    }
    waiting.set(unused.group, parts.scheduler.after(delayMs, run))
  }

  const later = (unused: UnusedGroup): void => {
    if (waiting.size < groupsMax) schedule(unused, 1, options.delayMs)
    else parts.log.warn('group.notDeleted', { ...unused, groupsMax })
  }

  return {
    later,
    noted(unused) {
      if (!waiting.has(unused.group)) later(unused)
    },
    stop() {
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
    },
  }
}

/**
 * What a clean-up does in the end. Under the guard that a creation also takes: between the look and the
 * deletion nobody can make it again.
 */
export async function removeUnused(parts: GroupCleanUpParts, unused: UnusedGroup): Promise<void> {
  const { store, kafka, tasks, log } = parts
  const { topic, subscription, group } = unused
  const work = async (): Promise<void> => {
    if ((await store.subscription(topic, subscription)) === null) {
      await tasks.forget(topic, subscription)
      await kafka.remove(group)
      await removeRemains(parts, { topicName: topic, name: subscription })
      log.info('group.deleted', { topic, subscription, group })
    }
    await store.forgetUnfinished({ kind: 'subscription', topic, subscription })
  }
  // Its topic's turn as well: a removal of both has noted it before its definition goes.
  await store.exclusively(topic, () => store.exclusively(subscriptionId(topic, subscription), work))
}
