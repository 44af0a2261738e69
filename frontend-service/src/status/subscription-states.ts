/**
 * How far each subscription of a topic is with one message.
 * Takes the message's place in Kafka. Gives a state by subscription, from what the consumers committed and
 * from the dead-letter topics. Promises: ends by its deadline; what cannot be told by then is UNKNOWN.
 * Bounds: subscriptions looked at, at a time, and bytes read of a dead-letter topic.
 */
import { isUnreadable, readSubscriptionNode } from '@iris/common/domain/node-json'
import { isNamePart, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import { closedVault } from '@iris/common/secrets/vault'
import type { ZooNode } from '@iris/common/zookeeper/session'
import type { SubscriptionState, SubscriptionStates } from './message-status.js'

/** A stored message. */
export interface StoredMessage {
  readonly id: string
  readonly topicName: TopicName
  readonly partition: number
  /** -1 where it is not known. */
  readonly offset: number
  /** Wall time. */
  readonly storedMs: number
}

/** What is asked of ZooKeeper and Kafka. Each call ends by itself. */
export interface StatePorts {
  /** Names of a topic's subscriptions. */
  names(topic: TopicName): Promise<readonly string[]>
  node(topic: TopicName, subscription: SubscriptionName): Promise<ZooNode | null>
  /** Whether everything up to and with an offset, or this offset alone, is settled. */
  isSettled(subscription: SubscriptionName, message: StoredMessage): Promise<boolean>
  /** Whether any late retry waits in the subscription's delay topic, so that settled may not mean done. */
  areRetriesWaiting(topic: TopicName, subscription: SubscriptionName): Promise<boolean>
  /** Null when there are too many dead letters to tell. */
  isDead(subscription: SubscriptionName, message: StoredMessage): Promise<boolean | null>
}

export const subscriptionsMax = 100
const atATime = 8

/** Asks for all of them. Rejects only when the names cannot be read. */
export async function subscriptionStates(
  ports: StatePorts,
  message: StoredMessage,
): Promise<SubscriptionStates> {
  const names = (await ports.names(message.topicName)).filter(isNamePart) as SubscriptionName[]
  const looked = names.sort().slice(0, subscriptionsMax)
  const states = new Map<string, SubscriptionState>()
  let next = 0
  const work = async (): Promise<void> => {
    for (let name = looked[next++]; name !== undefined; name = looked[next++]) {
      const state = await stateOf(ports, message, name)
      if (state !== null) states.set(name, state)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atATime, looked.length) }, work))
  const sorted = new Map([...states].sort(([one], [other]) => (one < other ? -1 : 1)))
  return { states: sorted, notes: notesOf(message, names.length) }
}

/** Null for a subscription that began after the message. */
async function stateOf(
  ports: StatePorts,
  message: StoredMessage,
  name: SubscriptionName,
): Promise<SubscriptionState | null> {
  try {
    const node = await ports.node(message.topicName, name)
    if (node === null || node.stat.ctimeMs > message.storedMs) return null
    if (message.offset < 0) return 'UNKNOWN'
    if (!(await ports.isSettled(name, message))) return 'PENDING'
    // In the order of a message's way: what leaves the delay topic in between is found further on.
    const mayWait = await ports.areRetriesWaiting(message.topicName, name)
    const isDead = await ports.isDead(name, message)
    if (isDead === true) return 'DEAD'
    if (isDead === null || mayWait) return 'UNKNOWN'
    const subscription = readSubscriptionNode({ topic: message.topicName, name }, node, closedVault)
    if (isUnreadable(subscription)) return 'SETTLED'
    return subscription.filters.length > 0 ? 'SETTLED' : 'DELIVERED'
  } catch {
    return 'UNKNOWN' // Kafka or ZooKeeper did not answer: the reader sees that nobody could tell
  }
}

function notesOf(message: StoredMessage, count: number): readonly string[] {
  const notes: string[] = []
  if (message.offset < 0) notes.push('Kafka took the message twice and does not say where it lies')
  if (count > subscriptionsMax) notes.push(`only ${subscriptionsMax} of ${count} subscriptions are shown`)
  return notes
}
