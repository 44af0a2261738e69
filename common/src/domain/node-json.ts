// pure
/**
 * Groups, topics, subscriptions and OAuth providers as the bytes of ZooKeeper nodes, exactly as Hermes writes
 * them. Takes nodes of any age and writer. Gives the thing, or `{ problem }` for a node that cannot be read:
 * never throws. Promises: the name of a node's place wins over the name in its text; times are the node's,
 * never in the text; a node that is written over keeps what only its writer understands.
 */
import { closedVault, type Vault } from '../secrets/vault.js'
import { isJsonObject, shapeProblem, type JsonObject } from './json-shapes.js'
import { openProvider, openSubscription, sealProvider, sealSubscription } from './kept-secrets.js'
import { subscriptionId, type GroupName, type SubscriptionName, type TopicName } from './names.js'
import {
  fillOAuthProvider,
  oAuthProviderJson,
  oAuthProviderShape,
  type OAuthProvider,
} from './oauth-provider.js'
import { readPolicy, withoutNulls } from './policy-form.js'
import { subscriptionShape } from './subscription-form.js'
import { subscriptionJson } from './subscription-json.js'
import { fillSubscription, type Subscription } from './subscription.js'
import { topicShape } from './topic-form.js'
import { topicJson } from './topic-json.js'
import { fillTopic, type Topic } from './topic.js'
import { withUnknownMembers } from './unknown-members.js'

/** A node that is there and cannot be understood. */
export interface UnreadableNode {
  readonly problem: string
}

/** The times of a node. */
export interface NodeTimes {
  readonly ctimeMs: number
  readonly mtimeMs: number
}

/** Whether reading failed. */
export function isUnreadable(node: object): node is UnreadableNode {
  return 'problem' in node
}

/** Reads a topic's node. */
export function readTopicNode(name: TopicName, data: Buffer, times: NodeTimes): Topic | UnreadableNode {
  const json = readObject(data)
  if (isUnreadable(json)) return { problem: `Topic ${name}: ${json.problem}` }
  const form = topicShape.safeParse(json.object)
  if (!form.success) return { problem: `Topic ${name}: ${shapeProblem(form.error)}` }
  return { ...fillTopic(form.data, name), createdAtMs: times.ctimeMs, modifiedAtMs: times.mtimeMs }
}

/**
 * Reads a subscription's node.
 * @param vault - Opens its secrets.
 */
export function readSubscriptionNode(
  { topic, name }: { readonly topic: TopicName; readonly name: SubscriptionName },
  { data, stat }: { readonly data: Buffer; readonly stat: NodeTimes },
  vault: Pick<Vault, 'open'>,
): Subscription | UnreadableNode {
  const unreadable = (problem: string): UnreadableNode => ({
    problem: `Subscription ${subscriptionId(topic, name)}: ${problem}`,
  })
  const json = readObject(data)
  if (isUnreadable(json)) return unreadable(json.problem)
  const form = subscriptionShape.safeParse(json.object)
  if (!form.success) return unreadable(shapeProblem(form.error))
  if (form.data.endpoint === null) return unreadable('it has no endpoint')
  const given = withoutNulls(form.data.subscriptionPolicy ?? {})
  const policy = readPolicy(form.data.deliveryType ?? 'SERIAL', given)
  if (isUnreadable(policy)) return unreadable(policy.problem)
  const kept = fillSubscription(form.data, policy, { topicName: topic, name })
  const subscription = openSubscription(kept, vault)
  if (isUnreadable(subscription)) return unreadable(subscription.problem)
  return { ...subscription, createdAtMs: stat.ctimeMs, modifiedAtMs: stat.mtimeMs }
}

/**
 * Reads a provider's node.
 * @param vault - Opens its secret.
 */
export function readOAuthProviderNode(
  name: string,
  data: Buffer,
  vault: Pick<Vault, 'open'>,
): OAuthProvider | UnreadableNode {
  const json = readObject(data)
  if (isUnreadable(json)) return { problem: `OAuth provider ${name}: ${json.problem}` }
  const form = oAuthProviderShape.safeParse(json.object)
  if (!form.success) return { problem: `OAuth provider ${name}: ${shapeProblem(form.error)}` }
  const provider = openProvider(fillOAuthProvider(form.data, name), vault)
  return isUnreadable(provider) ? { problem: `OAuth provider ${name}: ${provider.problem}` } : provider
}

/** The bytes of a group's node. */
export function groupToNode(name: GroupName): Buffer {
  return toBytes({ groupName: name })
}

/** The bytes of a topic's node; `former` is what stands there, where it is written over. */
export function topicToNode(topic: Topic, former: Buffer | null = null): Buffer {
  return over(topicJson(topic), former, data => readTopicNode(topic.name, data, noTimes), topicJson)
}

/** The bytes of a subscription's node; the vault keeps its credentials, Hermes' way in clear text. */
export function subscriptionToNode(
  subscription: Subscription,
  vault: Pick<Vault, 'seal'>,
  former: Buffer | null = null,
): Buffer {
  const names = { topic: subscription.topicName, name: subscription.name }
  const read = (data: Buffer): Subscription | UnreadableNode =>
    readSubscriptionNode(names, { data, stat: noTimes }, closedVault)
  return over(subscriptionJson(sealSubscription(subscription, vault)), former, read, subscriptionJson)
}

/** The bytes of a provider's node; the vault keeps its secret, Hermes' way in clear text. */
export function oAuthProviderToNode(
  provider: OAuthProvider,
  vault: Pick<Vault, 'seal'>,
  former: Buffer | null = null,
): Buffer {
  const read = (data: Buffer): OAuthProvider | UnreadableNode =>
    readOAuthProviderNode(provider.name, data, closedVault)
  return over(oAuthProviderJson(sealProvider(provider, vault)), former, read, oAuthProviderJson)
}

function readObject(data: Buffer): { readonly object: JsonObject } | UnreadableNode {
  try {
    const json: unknown = JSON.parse(data.toString('utf8'))
    return isJsonObject(json) ? { object: json } : { problem: 'the node does not hold a JSON object' }
  } catch (error) {
    return { problem: `the node does not hold JSON: ${(error as Error).message.slice(0, 100)}` }
  }
}

const noTimes: NodeTimes = { ctimeMs: 0, mtimeMs: 0 }

/** What cannot be read has nothing that could be kept. */
function over<T extends object>(
  next: JsonObject,
  former: Buffer | null,
  read: (data: Buffer) => T | UnreadableNode,
  json: (thing: T) => JsonObject,
): Buffer {
  if (former === null) return toBytes(next)
  const [text, thing] = [readObject(former), read(former)]
  if (isUnreadable(text) || isUnreadable(thing)) return toBytes(next)
  return toBytes(withUnknownMembers(next, text.object, json(thing)))
}

function toBytes(json: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(json), 'utf8')
}
