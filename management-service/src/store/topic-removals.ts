/**
 * Removals of topics that are not finished, in ZooKeeper below `iris/management/removals`.
 * Takes a session and the root. Gives the port: a node per topic that holds the names of the subscriptions
 * that go with it. Refuses with `INTERNAL_ERROR` to read a node that somebody else wrote.
 */
import type { SubscriptionName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { TopicRemovals } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

/** Makes the port. */
export function createTopicRemovals(session: ZooSession, paths: ZooPaths): TopicRemovals {
  const pathOf = (topic: string): string => `${paths.iris.root}/management/removals/${topic}`
  return {
    async openRemoval(topic) {
      const node = await orRefuse(session.read(pathOf(topic)))
      return node === null ? null : namesIn(node.data, topic)
    },
    async noteRemoval(topic, subscriptions) {
      await orRefuse(session.ensure(pathOf(topic)))
      await orRefuse(session.write(pathOf(topic), Buffer.from(JSON.stringify({ subscriptions }))))
    },
    async forgetRemoval(topic) {
      try {
        await orRefuse(session.remove(pathOf(topic)))
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error
      }
    },
  }
}

/** A node without data was made by a writer that was cut off before it named any. */
function namesIn(data: Buffer, topic: string): readonly SubscriptionName[] {
  if (data.length === 0) return []
  try {
    const { subscriptions } = JSON.parse(data.toString()) as { subscriptions?: unknown }
    if (Array.isArray(subscriptions) && subscriptions.every(each => typeof each === 'string'))
      return subscriptions as SubscriptionName[]
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
  }
  throw refusal('INTERNAL_ERROR', { problem: `The note about the removal of ${topic} cannot be read` })
}
