/**
 * The definitions of groups, topics, subscriptions and OAuth providers, as they are in ZooKeeper now.
 * Takes a session and a root. Gives raw nodes by name, and every change to who listens.
 * Promises: loads with bounded reads; follows the tree over reconnects and new sessions; one broken node
 * stops no other, since parsing is the caller's. With ZooKeeper away the last known definitions stay.
 */
import { topicName } from '../domain/names.js'
import type { Log } from '../lifecycle/log.js'
import type { Cancel } from '../time/scheduler.js'
import { growBranch, type BranchPlan } from './branch.js'
import { createFirstLoad } from './first-load.js'
import { createListeners } from './listeners.js'
import { zooPaths, type ZooPaths } from './paths.js'
import type { NodeStat, ZooNode, ZooSession } from './session.js'

/** What is known of a topic, a subscription or a provider; the data is as someone wrote it. */
export interface DefinitionNode {
  readonly data: Buffer
  readonly stat: NodeStat
}

export interface Definitions {
  /**
   * Resolves when everything was loaded once. Waits as long as ZooKeeper does not answer: the caller bounds
   * it, or goes on and asks `isLoaded`. Rejects when stopped before.
   */
  start(): Promise<void>
  stop(): void
  isLoaded(): boolean
  /** Grows with every change: what was made of all definitions holds as long as it stays. */
  changeCount(): number
  groups(): readonly string[]
  /** By its qualified name `group.topic`. */
  topic(name: string): DefinitionNode | undefined
  /** By `group.topic$subscription`. */
  subscription(id: string): DefinitionNode | undefined
  oAuthProvider(name: string): DefinitionNode | undefined
  topicNames(): Iterable<string>
  subscriptionIds(): Iterable<string>
  /** New, changed, or null when gone. Nodes known before are not told again. */
  onTopic(listener: (name: string, node: DefinitionNode | null) => void): Cancel
  onSubscription(listener: (topic: string, subscription: string, node: DefinitionNode | null) => void): Cancel
  onOAuthProvider(listener: (name: string, node: DefinitionNode | null) => void): Cancel
  /** Straight from ZooKeeper, for a name that the cache does not hold yet. Null for what is no topic. */
  lookUpTopic(name: string): Promise<DefinitionNode | null>
}

export interface DefinitionsOptions {
  readonly root: string
  /** Who needs no subscriptions watches neither them nor the providers of their tokens. */
  readonly depth: 'topics' | 'subscriptions'
}

/** Makes the cache; nothing is watched before `start`. */
export function createDefinitions(
  deps: { readonly session: ZooSession; readonly log: Log },
  options: DefinitionsOptions,
): Definitions {
  const { session, log } = deps
  const known: Known = {
    changes: 0,
    groups: new Set(),
    topics: new Map(),
    subscriptions: new Map(),
    oAuthProviders: new Map(),
    topicChanged: createListeners(log, 'definitions.topic'),
    subscriptionChanged: createListeners(log, 'definitions.subscription'),
    oAuthProviderChanged: createListeners(log, 'definitions.oAuthProvider'),
  }
  const paths = zooPaths(options.root)
  const load = createFirstLoad()
  const roots = [rootPlan(known, paths, options.depth)]
  if (options.depth === 'subscriptions') roots.push(oAuthRootPlan(known, paths))
  let cancels: readonly Cancel[] | null = null

  return {
    start() {
      cancels ??= roots.map(root => growBranch(session, load, root))
      return load.whenDone()
    },
    stop() {
      load.abandon(new Error('The definitions were stopped before they were loaded'))
      for (const cancel of cancels ?? []) cancel()
    },
    isLoaded: () => load.isDone(),
    changeCount: () => known.changes,
    groups: () => [...known.groups],
    topic: name => known.topics.get(name),
    subscription: id => known.subscriptions.get(id),
    oAuthProvider: name => known.oAuthProviders.get(name),
    topicNames: () => known.topics.keys(),
    subscriptionIds: () => known.subscriptions.keys(),
    onTopic: listener => known.topicChanged.add(listener),
    onSubscription: listener => known.subscriptionChanged.add(listener),
    onOAuthProvider: listener => known.oAuthProviderChanged.add(listener),
    async lookUpTopic(name) {
      if (topicName(name) === undefined) return null
      const node = await session.read(paths.topic(name))
      return node === null || node.data.length === 0 ? null : node
    },
  }
}

interface Known {
  changes: number
  readonly groups: Set<string>
  readonly topics: Map<string, ZooNode>
  readonly subscriptions: Map<string, ZooNode>
  readonly oAuthProviders: Map<string, ZooNode>
  readonly topicChanged: ReturnType<typeof createListeners<[string, ZooNode | null]>>
  readonly subscriptionChanged: ReturnType<typeof createListeners<[string, string, ZooNode | null]>>
  readonly oAuthProviderChanged: ReturnType<typeof createListeners<[string, ZooNode | null]>>
}

function rootPlan(known: Known, paths: ZooPaths, depth: DefinitionsOptions['depth']): BranchPlan {
  return {
    path: null,
    childrenPath: paths.groups,
    child: group => groupPlan(known, paths, depth, group),
    changed: () => undefined,
  }
}

function groupPlan(
  known: Known,
  paths: ZooPaths,
  depth: DefinitionsOptions['depth'],
  group: string,
): BranchPlan {
  return {
    path: paths.group(group),
    childrenPath: paths.topics(group),
    // A qualified name is split at its last dot, so such a node has no name that leads to it.
    child: topic => (topic.includes('.') ? null : topicPlan(known, paths, depth, `${group}.${topic}`)),
    changed(node) {
      known.changes++
      if (node === null) known.groups.delete(group)
      else known.groups.add(group)
    },
  }
}

function topicPlan(
  known: Known,
  paths: ZooPaths,
  depth: DefinitionsOptions['depth'],
  topic: string,
): BranchPlan {
  return {
    path: paths.topic(topic),
    childrenPath: depth === 'subscriptions' ? paths.subscriptions(topic) : null,
    child: subscription => subscriptionPlan(known, paths, topic, subscription),
    changed(node) {
      keep(known, known.topics, topic, node)
      known.topicChanged.emit(topic, node)
    },
  }
}

function subscriptionPlan(known: Known, paths: ZooPaths, topic: string, subscription: string): BranchPlan {
  return {
    path: paths.subscription(topic, subscription),
    childrenPath: null,
    child: () => null,
    changed(node) {
      keep(known, known.subscriptions, `${topic}$${subscription}`, node)
      known.subscriptionChanged.emit(topic, subscription, node)
    },
  }
}

function oAuthRootPlan(known: Known, paths: ZooPaths): BranchPlan {
  return {
    path: null,
    childrenPath: paths.oauthProviders,
    child: name => oAuthProviderPlan(known, paths, name),
    changed: () => undefined,
  }
}

function oAuthProviderPlan(known: Known, paths: ZooPaths, name: string): BranchPlan {
  return {
    path: paths.oauthProvider(name),
    childrenPath: null,
    child: () => null,
    changed(node) {
      keep(known, known.oAuthProviders, name, node)
      known.oAuthProviderChanged.emit(name, node)
    },
  }
}

function keep(known: Known, map: Map<string, ZooNode>, key: string, node: ZooNode | null): void {
  known.changes++
  if (node === null) map.delete(key)
  else map.set(key, node)
}
