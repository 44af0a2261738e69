/**
 * All groups, topics and subscriptions at once, for questions about many of them.
 * Takes a watched cache of the definitions. Gives what is there now: what this process wrote, and others
 * wrote before the question, is in it unless ZooKeeper is slower than `settleMs`; a definition that cannot be
 * read is left out. Reads them in turns. Refuses with 503 until everything was loaded once.
 */
import {
  isUnreadable,
  readSubscriptionNode,
  readTopicNode,
  type UnreadableNode,
} from '@iris/common/domain/node-json'
import { splitTopicName, topicName, isNamePart, type SubscriptionName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Log } from '@iris/common/lifecycle/log'
import { closedVault } from '@iris/common/secrets/vault'
import type { Clock } from '@iris/common/time/clock'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import { inSharedTurns, type Work } from '@iris/common/time/turns'
import { createDefinitions, type DefinitionNode } from '@iris/common/zookeeper/definitions'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { orRefuse } from '../store/zookeeper-failures.js'

/** What is there. */
export interface CatalogView {
  readonly groups: readonly string[]
  readonly topics: readonly Topic[]
  readonly subscriptions: readonly Subscription[]
}

export interface Catalog {
  view(): Promise<CatalogView>
}

/** A catalog that has to be started and stopped. */
export interface WatchedCatalog extends Catalog {
  start(): void
  stop(): void
}

/** How long a question waits for changes that were told and not read yet, and for the first load. */
const settleMs = 500
const loadMs = 5_000
const lookAgainMs = 2

interface Parts {
  readonly session: ZooSession
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** Makes the catalog; nothing is watched before `start`. */
export function createCatalog(parts: Parts, root: string): WatchedCatalog {
  const { session, log, clock, scheduler } = parts
  const definitions = createDefinitions({ session, log }, { root, depth: 'subscriptions' })
  const { groups } = zooPaths(root)
  const topicOf = remembered<Topic>()
  const subscriptionOf = remembered<Subscription>()

  const until = async (limitMs: number, isSo: () => boolean): Promise<void> => {
    const endMs = clock.monotonic() + limitMs
    while (!isSo() && clock.monotonic() < endMs) await sleep(scheduler, lookAgainMs)
  }

  /** The answer to a read comes behind the word of every change that the server knew before. */
  const settled = async (): Promise<void> => {
    await orRefuse(session.read(groups))
    await until(loadMs, definitions.isLoaded)
    if (!definitions.isLoaded())
      throw refusal('NOT_READY', { problem: 'The definitions are still being loaded; try again in 1 s' })
    await until(settleMs, () => session.isSettled())
  }

  const topicAt = (name: string): readonly Topic[] => {
    const checked = topicName(name)
    const node = definitions.topic(name)
    if (checked === undefined || node === undefined) return []
    return topicOf(node, () => readTopicNode(checked, node.data, node.stat))
  }
  const subscriptionAt = (id: string): readonly Subscription[] => {
    const dollar = id.indexOf('$')
    const topic = topicName(id.slice(0, dollar))
    const name = id.slice(dollar + 1)
    const node = definitions.subscription(id)
    if (topic === undefined || !isNamePart(name) || node === undefined) return []
    return subscriptionOf(node, () =>
      readSubscriptionNode({ topic, name: name as SubscriptionName }, node, closedVault),
    )
  }
  /** A second of work after a start with tens of thousands; later only what has changed is read. */
  function* readAll(): Work<void> {
    for (const name of definitions.topicNames()) {
      topicAt(name)
      yield
    }
    for (const id of definitions.subscriptionIds()) {
      subscriptionAt(id)
      yield
    }
  }
  const readInTurns = inSharedTurns(parts, readAll)
  /** At one go, so that all of it is of one moment; what is read already takes no time. */
  const viewOf = (): CatalogView => ({
    groups: definitions.groups(),
    topics: [...definitions.topicNames()].flatMap(topicAt),
    subscriptions: [...definitions.subscriptionIds()].flatMap(subscriptionAt),
  })
  let last: { readonly changeCount: number; readonly view: CatalogView } | null = null

  return {
    start() {
      definitions.start().catch((error: unknown) => log.warn('catalog.notLoaded', { error }))
    },
    stop: () => definitions.stop(),
    async view() {
      await settled()
      if (last?.changeCount !== definitions.changeCount()) await readInTurns()
      const changeCount = definitions.changeCount()
      if (last?.changeCount !== changeCount) last = { changeCount, view: viewOf() }
      return last.view
    },
  }
}

/** Parses a node once; a changed one is another object. */
function remembered<T extends object>(): (node: DefinitionNode, read: () => T | UnreadableNode) => T[] {
  const known = new WeakMap<DefinitionNode, T[]>()
  return (node, read) => {
    let found = known.get(node)
    if (found === undefined) {
      const made = read()
      found = isUnreadable(made) ? [] : [made]
      known.set(node, found)
    }
    return found
  }
}

/** The group of a topic. */
export function groupOf({ name }: Topic): string {
  return splitTopicName(name)?.group ?? ''
}
