/**
 * The subscriptions of the installation, as delivery needs them.
 * Takes raw definitions. Gives each subscription's state and plan, or why it cannot run; and every change.
 * Promises: a definition is parsed once a change; one that cannot be read stops no other.
 */
import {
  subscriptionId,
  type SubscriptionId,
  type SubscriptionName,
  type TopicName,
} from '@iris/common/domain/names'
import { isUnreadable, readSubscriptionNode, readTopicNode } from '@iris/common/domain/node-json'
import type { SubscriptionState } from '@iris/common/domain/subscription-form'
import type { Topic } from '@iris/common/domain/topic'
import type { Log } from '@iris/common/lifecycle/log'
import type { Vault } from '@iris/common/secrets/vault'
import type { Cancel } from '@iris/common/time/scheduler'
import type { Definitions } from '@iris/common/zookeeper/definitions'
import { consumerGroupId, delayTopicName, kafkaTopicName } from '@iris/common/kafka/names'
import { compilePlan, type DeliveryPlan, type PlanOptions } from '../delivery/plan.js'

/** What is known of one subscription. */
export interface CatalogueEntry {
  readonly id: SubscriptionId
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly kafkaTopic: string
  readonly delayTopic: string
  readonly groupId: string
  readonly state: SubscriptionState
  /** Why a consumer suspended it; null where nobody or somebody else did. */
  readonly suspendedReason: string | null
  /** The plan, or why there is none. */
  readonly plan: DeliveryPlan | { readonly problem: string }
}

export interface Catalogue {
  start(): void
  stop(): void
  get(id: string): CatalogueEntry | undefined
  all(): IterableIterator<CatalogueEntry>
  onChange(listener: (id: SubscriptionId) => void): Cancel
}

/** Makes the catalogue; `definitions` is started and stopped by its owner. */
export function createCatalogue(
  deps: { readonly definitions: Definitions; readonly vault: Pick<Vault, 'open'>; readonly log: Log },
  options: PlanOptions,
): Catalogue {
  const { definitions, vault, log } = deps
  const entries = new Map<string, CatalogueEntry>()
  const listeners = new Set<(id: SubscriptionId) => void>()
  const cancels: Cancel[] = []
  const topics = new Map<string, Topic | { readonly problem: string }>()

  const topicOf = (name: string): Topic | { readonly problem: string } => {
    let found = topics.get(name)
    if (found === undefined) {
      const node = definitions.topic(name)
      found =
        node === undefined
          ? { problem: 'its topic does not exist' }
          : readTopicNode(name as TopicName, node.data, node.stat)
      topics.set(name, found)
    }
    return found
  }

  const read = (topicName: string, name: string): void => {
    const id = subscriptionId(topicName as TopicName, name as SubscriptionName)
    const node = definitions.subscription(id)
    if (node === undefined) {
      if (!entries.delete(id)) return
    } else {
      const place = { id, topic: topicName as TopicName, subscription: name as SubscriptionName }
      const names = {
        kafkaTopic: kafkaTopicName(options.namespace, place.topic),
        delayTopic: delayTopicName(options.namespace, place.topic, place.subscription),
        groupId: consumerGroupId(options.namespace, place.topic, place.subscription),
      }
      const subscription = readSubscriptionNode({ topic: place.topic, name: place.subscription }, node, vault)
      const topic = topicOf(topicName)
      const problem = isUnreadable(topic)
        ? topic.problem
        : isUnreadable(subscription)
          ? subscription.problem
          : null
      const before = entries.get(id)?.plan
      const plan =
        isUnreadable(topic) || isUnreadable(subscription)
          ? null
          : compilePlan(
              topic,
              subscription,
              options,
              before === undefined || 'problem' in before ? null : before,
            )
      const state = isUnreadable(subscription) ? 'SUSPENDED' : subscription.state
      const suspendedReason = isUnreadable(subscription) ? null : subscription.suspendedReason
      const entry = { ...place, ...names, state, suspendedReason, plan: plan ?? { problem: problem ?? '' } }
      if ('problem' in entry.plan)
        log.warn('subscription.cannotRun', { subscription: id, problem: entry.plan.problem })
      entries.set(id, entry)
    }
    for (const listener of listeners) listener(id)
  }

  const topicChanged = (name: string): void => {
    topics.delete(name)
    for (const entry of [...entries.values()]) if (entry.topic === name) read(name, entry.subscription)
  }

  return {
    start() {
      cancels.push(
        definitions.onTopic(topicChanged),
        definitions.onSubscription((topic, subscription) => read(topic, subscription)),
      )
      for (const id of definitions.subscriptionIds()) {
        const dollar = id.indexOf('$')
        read(id.slice(0, dollar), id.slice(dollar + 1))
      }
    },
    stop() {
      for (const cancel of cancels) cancel()
    },
    get: id => entries.get(id),
    all: () => entries.values(),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
