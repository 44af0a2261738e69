/**
 * Creations and removals whose process died, finished or undone by one that lives.
 * Takes the notes that each of them leaves before its first step. Gives nothing; looks at a start, and
 * every `periodMs`. Promises: waits for the turn of each thing, so that what is under way elsewhere is left
 * alone; what fails is tried again after `retryMs`.
 */
import type { TopicName } from '@iris/common/domain/names'
import { consumerGroupId } from '@iris/common/kafka/names'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { ChangeGuard, Unfinished } from '../store/ports.js'
import type { GroupCleanUp } from '../subscriptions/group-clean-up.js'
import { finishBegunRemoval, finishCreation, type FinishTopicParts } from '../topics/finish-topic.js'

export interface FinisherParts extends FinishTopicParts {
  readonly store: FinishTopicParts['store'] & ChangeGuard
  readonly cleanUp: Pick<GroupCleanUp, 'later' | 'noted'>
  readonly scheduler: Scheduler
}

export interface Finisher {
  start(): void
  stop(): void
}

const retryMs = 5_000

/** Makes it. */
export function createFinisher(parts: FinisherParts, { periodMs }: { readonly periodMs: number }): Finisher {
  let cancel: Cancel = () => undefined
  let isStopped = false
  const look = async (): Promise<void> => {
    const isDone = await finishAll(parts)
    if (!isStopped) cancel = parts.scheduler.after(isDone ? periodMs : Math.min(retryMs, periodMs), begin)
  }
  const begin = (): void => void look()
  return {
    start: begin,
    stop() {
      isStopped = true
      cancel()
    },
  }
}

/** Finishes what is noted; false where something is left. */
export async function finishAll(parts: FinisherParts): Promise<boolean> {
  const { store, log } = parts
  const attempt = async (what: object, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      log.warn('unfinished.left', { ...what, error })
      return false
    }
  }
  let isDone = true
  const looked = await attempt({}, async () => {
    for (const topic of await store.openRemovals())
      if (!(await attempt({ topic }, () => finishTopicRemoval(parts, topic)))) isDone = false
    for (const thing of await store.unfinished())
      if (!(await attempt(thing, () => finishThing(parts, thing)))) isDone = false
  })
  return looked && isDone
}

function finishTopicRemoval(parts: FinisherParts, topic: TopicName): Promise<void> {
  return parts.store.exclusively(topic, () => finishBegunRemoval(parts, topic))
}

/** A subscription is the clean-up's, which waits until its consumers have stopped. */
async function finishThing(parts: FinisherParts, thing: Unfinished): Promise<void> {
  const { store, cleanUp, settings } = parts
  const { topic } = thing
  if (thing.kind === 'topic') {
    await store.exclusively(topic, async () => {
      // By now its creation may have ended by itself.
      const isOpen = (await store.unfinished()).some(each => each.kind === 'topic' && each.topic === topic)
      if (isOpen) await finishCreation(parts, thing)
    })
  } else {
    const { subscription } = thing
    cleanUp.noted({ topic, subscription, group: consumerGroupId(settings, topic, subscription) })
  }
}
