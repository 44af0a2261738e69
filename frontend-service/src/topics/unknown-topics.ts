/**
 * Names that the cache does not know, looked up in ZooKeeper before they are called unknown.
 * Takes a name and who waits. Gives the topic, "there is none", or "cannot say now".
 * Promises: one look-up a name at a time; a negative answer holds for a second; a topic found here that the
 * watched tree never shows is asked for again until it is gone. Bounds: `lookUpsMax` at a time, `namesMax`
 * negative answers.
 */
import { topicName } from '@iris/common/domain/names'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Definitions } from '@iris/common/zookeeper/definitions'
import type { RareLog } from '../rare-log.js'
import type { TopicCache } from './cache.js'
import type { RoutedTopic } from './routed-topic.js'

/** `unclear`: ZooKeeper cannot be asked, or too many names are being looked up. */
export type LookUpAnswer = RoutedTopic | 'absent' | 'unclear'

/** Who waits for an answer. */
export type LookUpWaiter = (answer: LookUpAnswer) => void

export interface UnknownTopics {
  /** Calls `waiter` once: at once when the answer is known, otherwise when ZooKeeper has said. */
  lookUp(name: string, waiter: LookUpWaiter): void
  stop(): void
}

const negativeMs = 1_000
const namesMax = 10_000
const lookUpsMax = 64
const confirmMs = 5_000

export interface UnknownTopicsParts {
  readonly cache: TopicCache
  readonly definitions: Pick<Definitions, 'lookUpTopic' | 'topic'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly warn: RareLog
}

/** Makes look-ups that know nothing yet. */
export function createUnknownTopics(parts: UnknownTopicsParts): UnknownTopics {
  const { cache, definitions, clock, scheduler, warn } = parts
  const absent = createExpiringNames(clock)
  const waiting = new Map<string, LookUpWaiter[]>()
  let isStopped = false

  const tell = (name: string, answer: LookUpAnswer): void => {
    const waiters = waiting.get(name) ?? []
    waiting.delete(name)
    for (const waiter of waiters) waiter(answer)
  }
  const ask = async (name: string): Promise<LookUpAnswer> => {
    try {
      const node = await definitions.lookUpTopic(name)
      const known = cache.find(name)
      if (known !== undefined) return known
      const topic = node === null ? null : cache.learn(name, node)
      if (topic === null) absent.add(name)
      else confirmLater(name)
      return topic ?? 'absent'
    } catch (error) {
      warn('topics.lookUpFailed', { topic: name, error })
      return 'unclear'
    }
  }
  const confirmLater = (name: string): void => {
    scheduler.after(confirmMs, () => void confirm(name))
  }
  /** A topic made and removed between two looks at the tree would otherwise stay here for ever. */
  const confirm = async (name: string): Promise<void> => {
    if (isStopped || definitions.topic(name) !== undefined) return
    try {
      if ((await definitions.lookUpTopic(name)) !== null) confirmLater(name)
      else if (definitions.topic(name) === undefined) cache.forget(name)
    } catch (error) {
      warn('topics.lookUpFailed', { topic: name, error })
      confirmLater(name)
    }
  }

  return {
    lookUp(name, waiter) {
      if (topicName(name) === undefined || absent.has(name)) return waiter('absent')
      const others = waiting.get(name)
      if (others !== undefined) return void others.push(waiter)
      if (waiting.size >= lookUpsMax) return waiter('unclear')
      waiting.set(name, [waiter])
      void ask(name).then(answer => tell(name, answer))
    },
    stop: () => void (isStopped = true),
  }
}

/** Names that are forgotten after `negativeMs`, the oldest first when there are too many. */
function createExpiringNames(clock: Clock): { has(name: string): boolean; add(name: string): void } {
  const endsMs = new Map<string, number>()
  return {
    has: name => (endsMs.get(name) ?? -Infinity) > clock.monotonic(),
    add(name) {
      endsMs.delete(name)
      endsMs.set(name, clock.monotonic() + negativeMs)
      const oldest = endsMs.keys().next()
      if (endsMs.size > namesMax && oldest.done !== true) endsMs.delete(oldest.value)
    },
  }
}
