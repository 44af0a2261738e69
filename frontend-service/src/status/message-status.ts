// pure
/**
 * What the status resource says of an accepted message.
 * Takes what the spool knows and how far each subscription is. Gives the JSON.
 * Promises: a word is only said where it is sure; what cannot be told is UNKNOWN.
 */
import type { SpoolStatus } from '../spool/spool.js'

/**
 * - `PENDING`: not done with it yet
 * - `DELIVERED`: the subscriber took it
 * - `SETTLED`: delivered, or kept back by a filter of the subscription
 * - `DEAD`: it lies in the subscription's dead-letter topic
 * - `UNKNOWN`: nobody could tell in time
 */
export type SubscriptionState = 'PENDING' | 'DELIVERED' | 'SETTLED' | 'DEAD' | 'UNKNOWN'

/** `FAILED`: Kafka will never take it, or it is dead for a subscription while all others are done. */
export type MessageState = 'ACCEPTED' | 'STORED' | 'DELIVERED' | 'FAILED'

export interface MessageStatus {
  readonly id: string
  readonly topic: string
  readonly status: MessageState
  readonly acceptedAt: string
  readonly storedAt?: string
  readonly partition?: number
  /** Left out where Kafka no longer says where the message lies. */
  readonly offset?: number
  readonly failedAt?: string
  readonly reason?: string
  /** By name; those that were there when the message was stored. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionState>>
  /** What else the reader has to know. */
  readonly notes?: readonly string[]
}

/** How far the subscriptions are; `notes` says what is missing in it. */
export interface SubscriptionStates {
  readonly states: ReadonlyMap<string, SubscriptionState>
  readonly notes: readonly string[]
}

/** The status; `subscriptions` is null while Kafka does not have the message. */
export function messageStatus(known: SpoolStatus, subscriptions: SubscriptionStates | null): MessageStatus {
  const { id, topicName: topic, acceptedMs, settled } = known
  const base = { id, topic, acceptedAt: timeText(acceptedMs) }
  if (settled === null) return { ...base, status: 'ACCEPTED' }
  if (settled.end.kind === 'refused') {
    return { ...base, status: 'FAILED', failedAt: timeText(settled.settledMs), reason: settled.end.reason }
  }
  const { partition, offset } = settled.end
  const { states, notes } = subscriptions ?? { states: new Map<string, SubscriptionState>(), notes: [] }
  return {
    ...base,
    status: stateOf([...states.values()]),
    storedAt: timeText(settled.settledMs),
    partition,
    ...(offset < 0 ? {} : { offset }),
    subscriptions: Object.fromEntries(states),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

function stateOf(states: readonly SubscriptionState[]): MessageState {
  if (states.length === 0 || states.includes('PENDING') || states.includes('UNKNOWN')) return 'STORED'
  return states.includes('DEAD') ? 'FAILED' : 'DELIVERED'
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
