/**
 * The counters that frontends and consumers keep in ZooKeeper.
 * Takes names. Gives totals; zeros where nothing was counted yet.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { readSharedCounter } from '@iris/common/zookeeper/shared-counters'
import { orRefuse } from './zookeeper-failures.js'

export interface TopicTotals {
  readonly published: number
  /** Bytes of bodies. */
  readonly volume: number
}

export interface SubscriptionTotals {
  readonly delivered: number
  readonly discarded: number
  readonly volume: number
}

/** Totals since a topic or subscription was made, up to one report of the services old. */
export interface CounterStore {
  topicTotals(topic: TopicName): Promise<TopicTotals>
  subscriptionTotals(topic: TopicName, name: SubscriptionName): Promise<SubscriptionTotals>
}

/** Makes the store. */
export function createCounterStore(session: ZooSession, paths: ZooPaths): CounterStore {
  const read = async (path: string): Promise<number> => {
    const node = await orRefuse(session.read(path))
    return node === null ? 0 : readSharedCounter(node.data)
  }
  return {
    async topicTotals(topic) {
      const at = (counter: string): Promise<number> => read(paths.topicCounter(topic, counter))
      const [published, volume] = await Promise.all([at('published'), at('volume')])
      return { published, volume }
    },
    async subscriptionTotals(topic, name) {
      const at = (counter: string): Promise<number> => read(paths.subscriptionCounter(topic, name, counter))
      const [delivered, discarded, volume] = await Promise.all([
        at('delivered'),
        at('discarded'),
        at('volume'),
      ])
      return { delivered, discarded, volume }
    },
  }
}
