// pure
/**
 * What the status resource says of a message.
 * Takes the reply and the plan. Gives states as numbers that a record carries; null where it said nothing.
 */
import { messageStates, subscriptionStates } from '../records.js'
import type { RunPlan } from '../plan.js'
import type { Reply } from './exchange.js'

export interface StatusAnswer {
  /** One of `messageStates`. */
  readonly state: number
  readonly partition: number
  /** -1 where none was told. */
  readonly offset: number
  readonly subscriptions: readonly { readonly subscription: number; readonly state: number }[]
}

interface Body {
  readonly topic?: unknown
  readonly status?: unknown
  readonly partition?: unknown
  readonly offset?: unknown
  readonly subscriptions?: unknown
}

/** Reads `reply`; subscriptions are told by their numbers in `plan`. */
export function statusOf({ status, body }: Reply, plan: RunPlan): StatusAnswer | null {
  if (status === 404) return { state: messageStates.NOT_KNOWN, partition: 0, offset: -1, subscriptions: [] }
  if (status !== 200) return null
  const told = JSON.parse(body) as Body
  const topic = plan.topics.findIndex(each => each.name === told.topic)
  const states = Object.entries((told.subscriptions ?? {}) as Readonly<Record<string, string>>)
  return {
    state: numberOf(messageStates, told.status),
    partition: typeof told.partition === 'number' ? told.partition : 0,
    offset: typeof told.offset === 'number' ? told.offset : -1,
    subscriptions: states.map(([name, state]) => ({
      subscription: plan.subscriptions.findIndex(each => each.topic === topic && each.name === name),
      state: numberOf(subscriptionStates, state),
    })),
  }
}

/** 0 stands for a word that nobody knows. */
function numberOf(words: Readonly<Record<string, number>>, word: unknown): number {
  return typeof word === 'string' ? (words[word] ?? 0) : 0
}
