/**
 * Definitions in ZooKeeper, in the tree and the JSON of Hermes.
 * Takes a session and the root. Gives the store of the use cases. Promises: a thing and its parent node for
 * children appear and vanish together; writes name the version they read, and keep members of a node that
 * are not ours.
 */
import { readPreviews } from '@iris/common/domain/message-preview'
import { splitTopicName, topicName, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import {
  groupToNode,
  isUnreadable,
  oAuthProviderToNode,
  readOAuthProviderNode,
  readSubscriptionNode,
  readTopicNode,
  subscriptionToNode,
  topicToNode,
  type NodeTimes,
  type UnreadableNode,
} from '@iris/common/domain/node-json'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Vault } from '@iris/common/secrets/vault'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type {
  Created,
  GroupStore,
  OAuthProviderStore,
  Stored,
  SubscriptionStore,
  TopicStore,
} from './ports.js'
import { removeTree } from './tree-removal.js'
import { orRefuse } from './zookeeper-failures.js'

export interface ZooStoreParts {
  readonly session: ZooSession
  readonly paths: ZooPaths
  readonly vault: Vault
}

/** Makes the store of definitions. */
export function createZooStore(
  parts: ZooStoreParts,
): GroupStore & TopicStore & SubscriptionStore & OAuthProviderStore {
  return {
    ...groupStore(parts),
    ...topicStore(parts),
    ...subscriptionStore(parts),
    ...oAuthProviderStore(parts),
  }
}

/** Makes the node above all groups, so that an empty installation lists no groups instead of failing. */
export function prepareTree(parts: Pick<ZooStoreParts, 'session' | 'paths'>): Promise<void> {
  return parts.session.ensure(parts.paths.groups)
}

function groupStore({ session, paths }: ZooStoreParts): GroupStore {
  return {
    groups: async () => (await orRefuse(session.children(paths.groups))) ?? [],
    groupExists: async group => (await orRefuse(session.read(paths.group(group)))) !== null,
    createGroup: group =>
      created(
        session.transaction([
          { kind: 'create', path: paths.group(group), data: groupToNode(group) },
          { kind: 'create', path: paths.topics(group) },
        ]),
      ),
    async removeGroup(group) {
      if ((await orRefuse(session.read(paths.group(group)))) === null) return 'missing'
      const isTopic = (path: string): boolean => path.startsWith(`${paths.topics(group)}/`)
      return removeTree(session, paths.group(group), isTopic)
    },
  }
}

function topicStore({ session, paths }: ZooStoreParts): TopicStore {
  return {
    async topics(group) {
      const names = await orRefuse(session.children(paths.topics(group)))
      if (names !== null)
        return names.map(name => topicName(`${group}.${name}`)).filter(name => name !== undefined)
      return (await orRefuse(session.read(paths.group(group)))) === null ? null : []
    },
    async topic(name) {
      const node = await orRefuse(session.read(paths.topic(name)))
      return node && stored(readTopicNode(name, node.data, times(node.stat)), node.stat.version)
    },
    createTopic: topic =>
      createdBelow(session, paths.topics(groupOf(topic.name)), () =>
        session.transaction([
          { kind: 'create', path: paths.topic(topic.name), data: topicToNode(topic) },
          { kind: 'create', path: paths.subscriptions(topic.name) },
        ]),
      ),
    updateTopic: (topic, version) =>
      overwrite(session, paths.topic(topic.name), version, {
        data: former => topicToNode(topic, former),
        missing: () => refusal('TOPIC_NOT_EXISTS', { topic: topic.name }),
      }),
    async topicPreview(name) {
      const node = await orRefuse(session.read(paths.preview(name)))
      return node === null ? [] : readPreviews(node.data)
    },
    removeTopic(name, subscriptions, version) {
      const removed = new Set(subscriptions.map(each => paths.subscription(name, each)))
      const parent = `${paths.subscriptions(name)}/`
      const isOther = (path: string): boolean =>
        path.startsWith(parent) && !path.slice(parent.length).includes('/') && !removed.has(path)
      return removeTree(session, paths.topic(name), isOther, version)
    },
  }
}

function subscriptionStore({ session, paths, vault }: ZooStoreParts): SubscriptionStore {
  return {
    async subscriptions(topic) {
      const names = await orRefuse(session.children(paths.subscriptions(topic)))
      if (names !== null) return names as readonly SubscriptionName[]
      return (await orRefuse(session.read(paths.topic(topic)))) === null ? null : []
    },
    async subscription(topic, name) {
      const node = await orRefuse(session.read(paths.subscription(topic, name)))
      return node && stored(readSubscriptionNode({ topic, name }, node, vault), node.stat.version)
    },
    createSubscription(subscription, topicVersion) {
      const { topicName: topic, name } = subscription
      const path = paths.subscription(topic, name)
      return createdBelow(session, paths.subscriptions(topic), () =>
        session.transaction([
          {
            kind: 'check',
            path: paths.topic(topic),
            ...(topicVersion === undefined ? {} : { version: topicVersion }),
          },
          { kind: 'create', path, data: subscriptionToNode(subscription, vault) },
        ]),
      )
    },
    updateSubscription(subscription, version) {
      const { topicName: topic, name } = subscription
      return overwrite(session, paths.subscription(topic, name), version, {
        data: former => subscriptionToNode(subscription, vault, former),
        missing: () => refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic }),
      })
    },
    removeSubscription: (topic, name, version) =>
      removeTree(session, paths.subscription(topic, name), () => false, version),
    async lastUndelivered(topic, name) {
      const node = await orRefuse(session.read(paths.undelivered(topic, name)))
      return node === null || node.data.length === 0 ? null : node.data
    },
  }
}

function oAuthProviderStore({ session, paths, vault }: ZooStoreParts): OAuthProviderStore {
  return {
    oAuthProviders: async () => (await orRefuse(session.children(paths.oauthProviders))) ?? [],
    async oAuthProvider(name) {
      const node = await orRefuse(session.read(paths.oauthProvider(name)))
      return node && stored(readOAuthProviderNode(name, node.data, vault), node.stat.version)
    },
    createOAuthProvider(provider) {
      const path = paths.oauthProvider(provider.name)
      return createdBelow(session, paths.oauthProviders, () =>
        session.transaction([{ kind: 'create', path, data: oAuthProviderToNode(provider, vault) }]),
      )
    },
    updateOAuthProvider(provider, version) {
      const { name } = provider
      return overwrite(session, paths.oauthProvider(name), version, {
        data: former => oAuthProviderToNode(provider, vault, former),
        missing: () => refusal('OAUTH_PROVIDER_NOT_EXISTS', { provider: name }),
      })
    },
    removeOAuthProvider: (name, version) =>
      removeTree(session, paths.oauthProvider(name), () => false, version),
  }
}

async function created(call: Promise<void>): Promise<Created> {
  try {
    await orRefuse(call)
    return 'created'
  } catch (error) {
    if (error instanceof NodeExistsError) return 'exists'
    if (error instanceof NoNodeError) return 'noParent'
    throw error
  }
}

/**
 * Trees of early versions lack the node above the children: it is made where the thing that owns it exists.
 */
async function createdBelow(
  session: ZooSession,
  parent: string,
  create: () => Promise<void>,
): Promise<Created> {
  const first = await created(create())
  if (first !== 'noParent') return first
  const above = await created(session.transaction([{ kind: 'create', path: parent }]))
  return above === 'noParent' ? above : created(create())
}

interface Overwriting {
  /** What to write where `former` stands. */
  data(former: Buffer): Buffer
  /** What to throw where nothing stands. */
  missing(): Error
}

/** If somebody writes between the look and the write, `version` refuses it as if there were no look. */
async function overwrite(
  session: ZooSession,
  path: string,
  version: number,
  { data, missing }: Overwriting,
): Promise<void> {
  const former = await orRefuse(session.read(path))
  if (former === null) throw missing()
  try {
    await orRefuse(session.write(path, data(former.data), version))
  } catch (error) {
    throw error instanceof NoNodeError ? missing() : error
  }
}

function stored<T extends object>(read: T | UnreadableNode, version: number): Stored<T> {
  if (isUnreadable(read)) throw refusal('INTERNAL_ERROR', { problem: read.problem })
  return { value: read, version }
}

function groupOf(topic: TopicName): string {
  return splitTopicName(topic)?.group ?? ''
}

function times(stat: { readonly ctimeMs: number; readonly mtimeMs: number }): NodeTimes {
  return { ctimeMs: stat.ctimeMs, mtimeMs: stat.mtimeMs }
}
