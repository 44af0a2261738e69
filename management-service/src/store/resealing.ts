/**
 * Secrets that are kept otherwise than they would be today, and kept anew.
 * Takes names of subscriptions, providers and open tasks. Tells whether the node was changed. Promises: only
 * the secrets' texts change; who meets another writer reads again.
 * Bound: `triesMax` tries of a change that meets others.
 */
import {
  isProviderCurrent,
  isSubscriptionCurrent,
  isTaskCurrent,
  openTask,
  sealTask,
} from '@iris/common/domain/kept-secrets'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import {
  isUnreadable,
  oAuthProviderToNode,
  readOAuthProviderNode,
  readSubscriptionNode,
  subscriptionToNode,
} from '@iris/common/domain/node-json'
import { refusal } from '@iris/common/errors/hermes-error'
import { closedVault } from '@iris/common/secrets/vault'
import type { TaskPlace } from '@iris/common/tasks/task-store'
import type { ZooNode } from '@iris/common/zookeeper/session'
import { BadVersionError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { createTasks } from './tasks.js'
import type { ZooStoreParts } from './zookeeper.js'
import { orRefuse } from './zookeeper-failures.js'

/** `unreadable`: broken, or sealed with a key that is not here. */
export type Resealed = 'current' | 'changed' | 'gone' | 'unreadable'

export interface SecretStore {
  resealSubscription(topic: TopicName, name: SubscriptionName): Promise<Resealed>
  resealProvider(name: string): Promise<Resealed>
  /** Tasks that somebody has to work on. */
  openTasks(): Promise<readonly TaskPlace[]>
  resealTask(place: TaskPlace): Promise<Resealed>
}

/** The node's bytes as they should be, or why there are none. */
type Renewed = Buffer | 'current' | 'unreadable'

const triesMax = 5

/** Makes the port. */
export function createSecretStore(parts: ZooStoreParts): SecretStore {
  const { session, paths, vault } = parts
  const tasks = createTasks(session, paths)
  return {
    openTasks: () => tasks.allOpen(),
    async resealTask(place) {
      let resealed: Resealed = 'gone'
      await tasks.change(place, kept => {
        const opened = isTaskCurrent(kept, vault) ? kept : openTask(kept, vault)
        resealed = opened === kept ? 'current' : isUnreadable(opened) ? 'unreadable' : 'changed'
        return opened === kept || isUnreadable(opened) ? kept : sealTask(opened, vault)
      })
      return resealed
    },
    resealSubscription(topic, name) {
      return reseal(parts, paths.subscription(topic, name), node => {
        const kept = readSubscriptionNode({ topic, name }, node, closedVault)
        if (isUnreadable(kept)) return 'unreadable'
        if (isSubscriptionCurrent(kept, vault)) return 'current'
        const opened = readSubscriptionNode({ topic, name }, node, vault)
        return isUnreadable(opened) ? 'unreadable' : subscriptionToNode(opened, vault, node.data)
      })
    },
    resealProvider(name) {
      return reseal(parts, paths.oauthProvider(name), ({ data }) => {
        const kept = readOAuthProviderNode(name, data, closedVault)
        if (isUnreadable(kept)) return 'unreadable'
        if (isProviderCurrent(kept, vault)) return 'current'
        const opened = readOAuthProviderNode(name, data, vault)
        return isUnreadable(opened) ? 'unreadable' : oAuthProviderToNode(opened, vault, data)
      })
    },
  }
}

async function reseal(
  { session }: ZooStoreParts,
  path: string,
  renew: (node: ZooNode) => Renewed,
): Promise<Resealed> {
  for (let tries = 0; tries < triesMax; tries++) {
    const node = await orRefuse(session.read(path))
    if (node === null) return 'gone'
    const renewed = renew(node)
    if (typeof renewed === 'string') return renewed
    try {
      await session.write(path, renewed, node.stat.version)
      return 'changed'
    } catch (error) {
      if (error instanceof NoNodeError) return 'gone'
      if (!(error instanceof BadVersionError)) return orRefuse(Promise.reject(error as Error))
    }
  }
  throw refusal('CONFLICT', { problem: `The node ${path} was changed by others ${triesMax} times in a row` })
}
