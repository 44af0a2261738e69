/**
 * What the use cases need from storage and from Kafka, in their own words.
 * Takes and gives checked things of the domain. Promises: refusals are `HermesError`s that a caller can be
 * shown: `STORAGE_UNAVAILABLE` when storage does not answer, `CONFLICT` when someone else wrote in between.
 */
import type { StoredKey } from '@iris/common/access/stored-key'
import type { GroupName, SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { MessagePreview } from '@iris/common/domain/message-preview'
import type { OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { ParkedKey } from '@iris/common/domain/parked-keys'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import type { PartitionPlace } from './kafka-ports.js'

/** A thing with the version of its node: the next write names it, so that nobody's change is lost. */
export interface Stored<T> {
  readonly value: T
  readonly version: number
}

/** How a creation or removal ended. */
export type Created = 'created' | 'exists' | 'noParent'
export type Removed = 'removed' | 'missing' | 'notEmpty'

/** Groups. */
export interface GroupStore {
  groups(): Promise<readonly string[]>
  groupExists(group: string): Promise<boolean>
  createGroup(group: GroupName): Promise<Created>
  /** Removes an empty group. */
  removeGroup(group: GroupName): Promise<Removed>
}

/** Topics. */
export interface TopicStore {
  /** Names of the topics of a group; null when there is no such group. */
  topics(group: string): Promise<readonly TopicName[] | null>
  topic(name: TopicName): Promise<Stored<Topic> | null>
  createTopic(topic: Topic): Promise<Created>
  updateTopic(topic: Topic, version: number): Promise<void>
  /** The last messages that the frontends left there; none where there is no such topic. */
  topicPreview(name: TopicName): Promise<readonly MessagePreview[]>
  /**
   * Removes the topic with exactly these subscriptions; `notEmpty` when there are others by now. With a
   * version, that one or none: `CONFLICT`.
   */
  removeTopic(name: TopicName, subscriptions: readonly SubscriptionName[], version?: number): Promise<Removed>
}

/** What goes with a topic. */
export interface TopicRemoval {
  readonly subscriptions: readonly SubscriptionName[]
  /** Whether its schema goes too. */
  readonly hasSchema: boolean
}

/** Removals of topics that were begun: a note stays until Kafka holds nothing of the topic any more. */
export interface TopicRemovals {
  /** The topics whose removal is noted. */
  openRemovals(): Promise<readonly TopicName[]>
  /** Null when none is noted. */
  openRemoval(topic: TopicName): Promise<TopicRemoval | null>
  /** Written before the definition goes; replaces an earlier note. */
  noteRemoval(topic: TopicName, removal: TopicRemoval): Promise<void>
  /** Nothing happens where there is no note. */
  forgetRemoval(topic: TopicName): Promise<void>
}

/**
 * A thing whose parts may not agree with its definition: a creation or removal is under way, or was cut off.
 * Whoever finishes it looks at the definition: where there is none, the parts go.
 */
export type Unfinished =
  | {
      readonly kind: 'topic'
      readonly topic: TopicName
      /** What its creation makes; what was there before is left alone. */
      readonly made: readonly ('kafkaTopic' | 'schema')[]
    }
  | { readonly kind: 'subscription'; readonly topic: TopicName; readonly subscription: SubscriptionName }

/** Notes of them. */
export interface UnfinishedStore {
  unfinished(): Promise<readonly Unfinished[]>
  /** Written before the first part is touched; replaces an earlier note of the thing. */
  noteUnfinished(thing: Unfinished): Promise<void>
  /** Nothing happens where there is no note. */
  forgetUnfinished(thing: Unfinished): Promise<void>
}

/** Subscriptions. */
export interface SubscriptionStore {
  /** Names of the subscriptions of a topic; null when there is no such topic. */
  subscriptions(topic: TopicName): Promise<readonly SubscriptionName[] | null>
  subscription(topic: TopicName, name: SubscriptionName): Promise<Stored<Subscription> | null>
  /** With the version of the topic that it was checked against, below that one or none: `CONFLICT`. */
  createSubscription(subscription: Subscription, topicVersion?: number): Promise<Created>
  updateSubscription(subscription: Subscription, version: number): Promise<void>
  /** With a version, that one or none: `CONFLICT`. */
  removeSubscription(topic: TopicName, name: SubscriptionName, version?: number): Promise<Removed>
  /** What the consumers wrote down about the last message they gave up. */
  lastUndelivered(topic: TopicName, name: SubscriptionName): Promise<Buffer | null>
}

/** OAuth providers. */
export interface OAuthProviderStore {
  oAuthProviders(): Promise<readonly string[]>
  oAuthProvider(name: string): Promise<Stored<OAuthProvider> | null>
  createOAuthProvider(provider: OAuthProvider): Promise<Created>
  updateOAuthProvider(provider: OAuthProvider, version: number): Promise<void>
  /** With a version, that one or none: `CONFLICT`. */
  removeOAuthProvider(name: string, version?: number): Promise<Removed>
}

/** API keys. */
export interface KeyStore {
  keys(): Promise<readonly string[]>
  key(name: string): Promise<Stored<StoredKey> | null>
  createKey(key: StoredKey): Promise<'created' | 'exists'>
  updateKey(key: StoredKey, version: number): Promise<void>
  removeKey(name: string): Promise<'removed' | 'missing'>
}

/** Changes to one thing, one after the other over all management processes. */
export interface ChangeGuard {
  /**
   * Runs `change` while no other process changes the thing; `CONFLICT` when its turn does not come in time.
   */
  exclusively<T>(thing: string, change: () => Promise<T>): Promise<T>
}

/** The owners of a subscription's slots, as their locks tell. */
export interface SlotOwners {
  /** Who holds a lock of the subscription now, in words for an operator. */
  owners(topic: TopicName, name: SubscriptionName): Promise<readonly string[]>
}

/** A lock of a subscription's partition. */
export interface SlotHolder {
  readonly partition: number
  /** Name of the consumers process, in words where the lock does not say. */
  readonly instance: string
}

/** A consumers process that is alive. */
export interface LiveConsumer {
  readonly instance: string
  readonly host: string
  readonly pid: number
  /** Where its status pages are. */
  readonly url: string
}

/** The consumers as ZooKeeper knows them. */
export interface LiveConsumers {
  live(): Promise<readonly LiveConsumer[]>
  holders(topic: TopicName, name: SubscriptionName): Promise<readonly SlotHolder[]>
}

export const processKinds = ['frontend', 'consumers', 'management'] as const
export type ProcessKind = (typeof processKinds)[number]

/** A process that lives, as it tells of itself. */
export interface LiveProcess {
  /** The name of its node: of a frontend and of a management the same again after a restart. */
  readonly id: string
  readonly kind: ProcessKind
  readonly host: string
  /** Null where it does not tell. */
  readonly port: number | null
  readonly pid: number | null
  /** Where its status pages are. */
  readonly url: string
  /** Fingerprint of the certificate that it shows there; null where it speaks no TLS. */
  readonly certificate: string | null
  readonly startedMs: number
  readonly version: string | null
}

/** A frontend, or a worker of one, that can be asked what is not for everybody. */
export interface LiveFrontend extends Pick<LiveProcess, 'id' | 'url'> {
  /** What proves to it that its own installation asks; empty for one of an earlier version. */
  readonly token: string
}

/** Orders to the owners of a subscription's partitions to read on from elsewhere. */
export interface MoveOrders {
  /** Leaves the offsets in the place of earlier orders, and tells the owners. */
  order(move: OrderedMove, offsets: readonly PartitionPlace[]): Promise<void>
  /** Partitions whose order was not carried out yet. */
  pending(move: OrderedMove): Promise<readonly number[]>
  /** Takes orders back, or those of these partitions. */
  withdraw(move: OrderedMove, partitions: readonly number[]): Promise<void>
  /** Tells the owners no more. */
  end(move: OrderedMove): Promise<void>
  /**
   * Runs `change` with the locks of these partitions, so that nobody delivers them meanwhile. Gives false,
   * and runs nothing, where not all of them are free in time.
   */
  owning(
    move: OrderedMove,
    partitions: readonly number[],
    change: (lockOf: (partition: number) => number) => Promise<void>,
  ): Promise<boolean>
}

/** The subscription that is moved, and its topic in Kafka. */
export interface OrderedMove {
  readonly topic: TopicName
  readonly name: SubscriptionName
  readonly kafkaTopic: string
}

/** What the consumers keep about a subscription beside its definition. */
export interface RetryState {
  /** Forgets all of it; nothing happens where there is nothing. */
  forgetRetryState(topic: TopicName, name: SubscriptionName): Promise<void>
  parkedKeys(topic: TopicName, name: SubscriptionName): Promise<readonly ParkedKey[]>
  /** Clears those of the parked keys that `isMeant` holds for; gives how many there were. */
  clearParkedKeys(
    topic: TopicName,
    name: SubscriptionName,
    isMeant: (key: ParkedKey) => boolean,
  ): Promise<number>
}

export type Store = GroupStore &
  TopicStore &
  TopicRemovals &
  UnfinishedStore &
  SubscriptionStore &
  OAuthProviderStore &
  SlotOwners &
  ChangeGuard &
  RetryState
