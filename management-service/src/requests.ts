// pure
/**
 * What a body must be before its members are looked at.
 * Takes parsed JSON. Gives the entity or the patch in it, or a checked name of the path.
 * Refuses `null` where an entity is created, and anything but an object where one is patched.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import {
  isNamePart,
  splitTopicName,
  topicName,
  type SubscriptionName,
  type TopicName,
} from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'

/** The body of a creation. */
export function entityOf(body: unknown): unknown {
  if (body !== null) return body
  throw new HermesError('OTHER', 'HV000116: The object to be validated must not be null.', 400)
}

/** The body of a merge patch. */
export function patchOf(body: unknown): JsonObject {
  if (isJsonObject(body)) return body
  throw refusal('FORMAT_ERROR', { problem: 'The body of an update must be a JSON object' })
}

/** The topic of a path. A name that no topic can have is one that does not exist. */
export function topicOfPath(name: string | undefined): TopicName {
  const given = name ?? ''
  if (splitTopicName(given) === undefined)
    throw new HermesError('OTHER', `Invalid qualified name ${given}`, 400)
  const checked = topicName(given)
  if (checked === undefined) throw refusal('TOPIC_NOT_EXISTS', { topic: given })
  return checked
}

/** The subscription of a path. */
export function subscriptionOfPath(topic: TopicName, name: string | undefined): SubscriptionName {
  const given = name ?? ''
  if (!isNamePart(given)) throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: given, topic })
  return given as SubscriptionName
}

/** Topic and subscription of a path. */
export function subscriptionNamesOf(params: Readonly<Record<string, string>>): {
  readonly topic: TopicName
  readonly name: SubscriptionName
} {
  const topic = topicOfPath(params['topic'])
  return { topic, name: subscriptionOfPath(topic, params['subscription']) }
}
