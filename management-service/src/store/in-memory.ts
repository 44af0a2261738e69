/**
 * The ports of the use cases in memory, for tests: storage and Kafka that do exactly what their ports say.
 * Takes nothing. Gives the ports, what they hold, and a switch that makes the next call of a kind fail.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { splitTopicName, subscriptionId } from '@iris/common/domain/names'
import type { OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { ParkedKey } from '@iris/common/domain/parked-keys'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import type { JsonSchemaStore } from './json-schemas.js'
import type { KafkaGroups, KafkaTopicPlan, KafkaTopics, LogPlace } from './kafka-ports.js'
import type { OAuthProviderStore, Store, Stored, TopicRemoval, Unfinished } from './ports.js'

/** Calls that can be made to fail, by the name of the port's function. */
export type Failures = Map<string, Error>

export interface MemoryStore extends Store, Pick<JsonSchemaStore, 'forgetSchemas'> {
  readonly failures: Failures
  readonly held: {
    readonly groups: Set<string>
    readonly topics: Map<string, Stored<Topic>>
    readonly subscriptions: Map<string, Stored<Subscription>>
    readonly oAuthProviders: Map<string, Stored<OAuthProvider>>
    /** Lock holders by subscription id. */
    readonly owners: Map<string, readonly string[]>
    /** Removals that are noted, with the subscriptions that go. */
    readonly removals: Map<string, TopicRemoval>
    /** Notes of creations and removals, by topic or subscription id. */
    readonly unfinished: Map<string, Unfinished>
    /** Topics with JSON Schemas. */
    readonly jsonSchemas: Set<string>
    /** Ids of subscriptions that have a delay topic. */
    readonly retryStates: Set<string>
    /** By subscription id. */
    readonly parkedKeys: Map<string, readonly ParkedKey[]>
  }
}

/** Storage in memory. */
export function createMemoryStore(): MemoryStore {
  const failures: Failures = new Map()
  const held: MemoryStore['held'] = {
    groups: new Set(),
    topics: new Map(),
    subscriptions: new Map(),
    oAuthProviders: new Map(),
    owners: new Map(),
    removals: new Map(),
    unfinished: new Map(),
    jsonSchemas: new Set(),
    retryStates: new Set(),
    parkedKeys: new Map(),
  }
  const call = <T>(name: string, work: () => T): Promise<T> => attempt(failures, name, work)
  return {
    failures,
    held,
    ...groupsAndTopics(held, call),
    ...subscriptions(held, call),
    ...oAuthProviders(held, call),
  }
}

type Held = MemoryStore['held']
type Call = <T>(name: string, work: () => T) => Promise<T>

function groupsAndTopics(
  { groups, topics, subscriptions: all, removals, unfinished, jsonSchemas }: Held,
  call: Call,
): Omit<
  MemoryStore,
  keyof ReturnType<typeof subscriptions> | keyof OAuthProviderStore | 'failures' | 'held'
> {
  const below = (topic: string): string[] => [...all.keys()].filter(id => id.startsWith(`${topic}$`))
  const topicsOf = (group: string): TopicName[] =>
    [...topics.keys()].filter(name => splitTopicName(name)?.group === group) as TopicName[]
  return {
    groups: () => call('groups', () => [...groups]),
    groupExists: group => call('groupExists', () => groups.has(group)),
    createGroup: group =>
      call('createGroup', () => {
        if (groups.has(group)) return 'exists'
        groups.add(group)
        return 'created'
      }),
    removeGroup: group =>
      call('removeGroup', () => {
        if (topicsOf(group).length > 0) return 'notEmpty'
        return groups.delete(group) ? 'removed' : 'missing'
      }),
    topics: group => call('topics', () => (groups.has(group) ? topicsOf(group) : null)),
    topic: name => call('topic', () => topics.get(name) ?? null),
    createTopic: topic =>
      call('createTopic', () => {
        if (topics.has(topic.name)) return 'exists'
        topics.set(topic.name, { value: topic, version: 0 })
        return 'created'
      }),
    topicPreview: () => Promise.resolve([]),
    updateTopic: (topic, version) => call('updateTopic', () => update(topics, topic.name, topic, version)),
    removeTopic: (name, names, version) =>
      call('removeTopic', () => {
        checkVersion(topics.get(name), version)
        if (below(name).some(id => !names.some(each => id === `${name}$${each}`))) return 'notEmpty'
        for (const id of below(name)) all.delete(id)
        return topics.delete(name) ? 'removed' : 'missing'
      }),
    openRemoval: name => call('openRemoval', () => removals.get(name) ?? null),
    openRemovals: () => call('openRemovals', () => [...removals.keys()] as TopicName[]),
    noteRemoval: (name, removal) => call('noteRemoval', () => void removals.set(name, removal)),
    forgetRemoval: name => call('forgetRemoval', () => void removals.delete(name)),
    unfinished: () => call('unfinished', () => [...unfinished.values()]),
    noteUnfinished: thing => call('noteUnfinished', () => void unfinished.set(idOf(thing), thing)),
    forgetUnfinished: thing => call('forgetUnfinished', () => void unfinished.delete(idOf(thing))),
    forgetSchemas: name => call('forgetSchemas', () => void jsonSchemas.delete(name)),
    exclusively: (_thing, change) => change(),
  }
}

function subscriptions({ topics, subscriptions: all, owners, retryStates, parkedKeys }: Held, call: Call) {
  return {
    subscriptions: (topic: TopicName) =>
      call('subscriptions', () => {
        const ids = [...all.keys()].filter(id => id.startsWith(`${topic}$`))
        return topics.has(topic) ? ids.map(id => id.slice(topic.length + 1) as SubscriptionName) : null
      }),
    subscription: (topic: TopicName, name: SubscriptionName) =>
      call('subscription', () => all.get(subscriptionId(topic, name)) ?? null),
    createSubscription: (subscription: Subscription, topicVersion?: number) =>
      call('createSubscription', () => {
        const id = subscriptionId(subscription.topicName, subscription.name)
        if (!topics.has(subscription.topicName)) return 'noParent' as const
        checkVersion(topics.get(subscription.topicName), topicVersion)
        if (all.has(id)) return 'exists' as const
        all.set(id, { value: subscription, version: 0 })
        return 'created' as const
      }),
    updateSubscription: (subscription: Subscription, version: number) =>
      call('updateSubscription', () =>
        update(all, subscriptionId(subscription.topicName, subscription.name), subscription, version),
      ),
    removeSubscription: (topic: TopicName, name: SubscriptionName, version?: number) =>
      call('removeSubscription', () => {
        checkVersion(all.get(subscriptionId(topic, name)), version)
        return all.delete(subscriptionId(topic, name)) ? ('removed' as const) : ('missing' as const)
      }),
    lastUndelivered: () => call('lastUndelivered', () => null),
    forgetRetryState: (topic: TopicName, name: SubscriptionName) =>
      call('forgetRetryState', () => {
        retryStates.delete(subscriptionId(topic, name))
        parkedKeys.delete(subscriptionId(topic, name))
      }),
    parkedKeys: (topic: TopicName, name: SubscriptionName) =>
      call('parkedKeys', () => parkedKeys.get(subscriptionId(topic, name)) ?? []),
    clearParkedKeys: (topic: TopicName, name: SubscriptionName, isMeant: (key: ParkedKey) => boolean) =>
      call('clearParkedKeys', () => {
        const before = parkedKeys.get(subscriptionId(topic, name)) ?? []
        const left = before.filter(key => !isMeant(key))
        parkedKeys.set(subscriptionId(topic, name), left)
        return before.length - left.length
      }),
    owners: (topic: TopicName, name: SubscriptionName) =>
      call('owners', () => owners.get(subscriptionId(topic, name)) ?? []),
  }
}

function oAuthProviders({ oAuthProviders: all }: Held, call: Call): OAuthProviderStore {
  return {
    oAuthProviders: () => call('oAuthProviders', () => [...all.keys()]),
    oAuthProvider: name => call('oAuthProvider', () => all.get(name) ?? null),
    createOAuthProvider: provider =>
      call('createOAuthProvider', () => {
        if (all.has(provider.name)) return 'exists'
        all.set(provider.name, { value: provider, version: 0 })
        return 'created'
      }),
    updateOAuthProvider: (provider, version) =>
      call('updateOAuthProvider', () => update(all, provider.name, provider, version)),
    removeOAuthProvider: (name, version) =>
      call('removeOAuthProvider', () => {
        checkVersion(all.get(name), version)
        return all.delete(name) ? 'removed' : 'missing'
      }),
  }
}

export interface MemoryKafka extends KafkaTopics, Pick<KafkaGroups, 'startAt'> {
  readonly failures: Failures
  readonly topics: Map<string, KafkaTopicPlan>
  /** Group -> Kafka topic in which it starts. */
  readonly groups: Map<string, string>
  /** Kafka topics that hold records. */
  readonly filled: Set<string>
  /** Group -> where in it. */
  readonly places: Map<string, LogPlace>
  removeGroup(group: string): Promise<void>
}

function idOf(thing: Unfinished): string {
  return thing.kind === 'topic' ? thing.topic : subscriptionId(thing.topic, thing.subscription)
}

/** Kafka in memory. */
export function createMemoryKafka(): MemoryKafka {
  const failures: Failures = new Map()
  const topics = new Map<string, KafkaTopicPlan>()
  const groups = new Map<string, string>()
  const places = new Map<string, LogPlace>()
  const filled = new Set<string>()
  const call: Call = (name, work) => attempt(failures, name, work)
  return {
    failures,
    topics,
    groups,
    places,
    filled,
    isEmpty: name => call('isEmpty', () => !filled.has(name)),
    describe: name => call('describe', () => topics.get(name) ?? null),
    names: () => call('names', () => [...topics.keys()]),
    create: plan =>
      call('create', () => {
        if (topics.has(plan.name)) return 'existed'
        topics.set(plan.name, plan)
        return 'created'
      }),
    configure: (name, configs) =>
      call('configure', () => {
        const plan = topics.get(name)
        if (plan === undefined)
          throw refusal('BROKERS_CLUSTER_COMMUNICATION_EXCEPTION', { problem: 'no topic' })
        topics.set(name, { ...plan, configs: { ...plan.configs, ...configs } })
      }),
    remove: name => call('remove', () => void topics.delete(name)),
    startAt: (group, topic, place) =>
      call('startAt', () => {
        groups.set(group, topic)
        places.set(group, place)
      }),
    removeGroup: group => call('removeGroup', () => void groups.delete(group)),
  }
}

/** A port for groups over the same Kafka. */
export function groupsOf(kafka: MemoryKafka): KafkaGroups {
  return {
    startAt: (group, topic, place) => kafka.startAt(group, topic, place),
    remove: group => kafka.removeGroup(group),
    describe: group => Promise.resolve({ state: kafka.groups.has(group) ? 'Empty' : 'Dead', members: [] }),
  }
}

function attempt<T>(failures: Failures, name: string, work: () => T): Promise<T> {
  const failure = failures.get(name)
  failures.delete(name)
  return failure === undefined ? Promise.resolve().then(work) : Promise.reject(failure)
}

function update<T>(all: Map<string, Stored<T>>, name: string, value: T, version: number): void {
  checkVersion(all.get(name), version)
  all.set(name, { value, version: version + 1 })
}

function checkVersion(stored: Stored<unknown> | undefined, version: number | undefined): void {
  if (version !== undefined && stored?.version !== version)
    throw refusal('CONFLICT', { problem: 'somebody else changed it' })
}
