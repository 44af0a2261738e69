// pure
/**
 * Topics and subscriptions as words name them.
 * Takes `shop.orders billing`, `shop.orders/billing` or `shop.orders$billing`. Gives names and paths.
 */
import { topicName } from '@iris/common/domain/names'
import { optional, required, UsageError } from './declare.js'

/** A subscription and where it is in the REST API. */
export interface SubscriptionPlace {
  readonly topic: string
  readonly name: string
  /** `shop.orders$billing` */
  readonly id: string
  readonly path: string
}

/** The arguments of a command about one topic. */
export const topicArgument = {
  topic: required('the topic, such as shop.orders', { completes: 'topic' }),
}

/** Those of a command about one subscription. */
export const subscriptionArguments = {
  topic: required('the topic; TOPIC/SUBSCRIPTION in one word will do', { completes: 'topic' }),
  subscription: optional('the subscription', { completes: 'subscription' }),
}

/** Checks a topic's name. */
export function checkedTopic(topic: string): string {
  if (topicName(topic) === undefined)
    throw new UsageError(`${topic} is no topic: its name is GROUP.TOPIC, such as shop.orders`)
  return topic
}

/** Where a topic is in the REST API. */
export function topicPath(topic: string): string {
  return `/topics/${encodeURIComponent(checkedTopic(topic))}`
}

/** The subscription that the words mean; refuses words that mean none. */
export function subscriptionPlace(words: {
  readonly topic: string
  readonly subscription: string | null
}): SubscriptionPlace {
  const { topic, name } = split(words.topic, words.subscription)
  if (name === '')
    throw new UsageError(`Say which subscription of ${topic}: ${topic} NAME, or ${topic}/NAME in one word`)
  return {
    topic,
    name,
    id: `${topic}$${name}`,
    path: `${topicPath(topic)}/subscriptions/${encodeURIComponent(name)}`,
  }
}

/** The topic, and the subscription where the words name one: empty otherwise. */
export function split(
  word: string,
  second: string | null,
): { readonly topic: string; readonly name: string } {
  const at = word.search(/[/$]/)
  if (at < 0) return { topic: word, name: second ?? '' }
  if (second !== null) throw new UsageError(`${word} names a subscription already; what is ${second}?`)
  return { topic: word.slice(0, at), name: word.slice(at + 1) }
}
