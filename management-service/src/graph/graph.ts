// pure
/**
 * Who sends what to whom: topics, and subscriptions as edges from a topic to hosts or to another topic.
 * Takes groups, topics and subscriptions. Gives the graph; on demand also its rings: topics whose messages
 * may lead to further messages of their own. Bounds: `ringsMax` rings, the shortest through each topic, and
 * `stepsMax` steps over edges to find them.
 */
import { fillTemplate, parseEndpoint } from '@iris/common/domain/endpoint'
import { forwardOf } from '@iris/common/domain/forward'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import { readTargetForm } from '@iris/common/domain/targets'
import type { TopicKind } from '@iris/common/domain/topic-form'
import type { Topic } from '@iris/common/domain/topic'
import type { CatalogView } from '../catalog/catalog.js'
import { wayTo, type CameFrom } from './forwards.js'

/** How many rings are named; there may be more. */
export const ringsMax = 100
/** Some 40 ms; installations in which nearly everything is connected need more for all their rings. */
export const stepsMax = 200_000

export interface GraphTopic {
  readonly name: TopicName
  readonly kind: TopicKind
  readonly owner: string
  readonly publishers: readonly string[]
}

export interface GraphEdge {
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly owner: string
  /** What is called; empty where it forwards, or the endpoint is none that has a host. */
  readonly hosts: readonly string[]
  /** The topic that it forwards to. */
  readonly forwardsTo: TopicName | null
}

export interface Graph {
  readonly groups: readonly string[]
  readonly topics: readonly GraphTopic[]
  readonly subscriptions: readonly GraphEdge[]
  /** Null where nobody asked for them. */
  readonly cycles: readonly (readonly TopicName[])[] | null
}

/** Makes the graph. */
export function graphOf({ groups, topics, subscriptions }: CatalogView, withCycles: boolean): Graph {
  const graph = {
    groups: [...groups].sort(),
    topics: topics.map(topicOf).sort((one, other) => byText(one.name, other.name)),
    subscriptions: subscriptions.map(edgeOf).sort(byPlace),
  }
  return { ...graph, cycles: withCycles ? ringsOf(graph.topics, graph.subscriptions) : null }
}

function topicOf({ name, kind, owner, auth }: Topic): GraphTopic {
  return { name, kind, owner: owner.id, publishers: auth.publishers ?? [] }
}

function edgeOf({ topicName, name, owner, endpoint, ...rest }: Subscription): GraphEdge {
  const forward = forwardOf(endpoint)
  const form = readTargetForm(rest.endpointAddressResolverMetadata)
  const addresses = 'kind' in form && form.kind === 'instances' ? form.addresses : [endpoint]
  return {
    ...{ topic: topicName, subscription: name, owner: owner.id },
    hosts: forward === null ? [...new Set(addresses.flatMap(hostOf))] : [],
    forwardsTo: forward === null || 'problem' in forward ? null : forward.topic,
  }
}

function hostOf(endpoint: string): readonly string[] {
  const address = fillTemplate(parseEndpoint(endpoint)?.address ?? endpoint, 'template')
  return URL.canParse(address) ? [new URL(address).host].filter(host => host !== '') : []
}

/**
 * What can be reached from a topic in one step: straight, or over who subscribes to it and publishes to
 * another. Who publishes is known from `auth.publishers`, and where that names nobody, assumed to be the
 * owner. Who subscribes is known by the subscription's owner, and by the host that is called.
 */
interface Steps {
  /** By topic: the names by which its subscribers may be known. */
  readonly heardBy: ReadonlyMap<TopicName, ReadonlySet<string>>
  /** By such a name: the topics that it publishes to. */
  readonly toldBy: ReadonlyMap<string, readonly TopicName[]>
  readonly forwards: ReadonlyMap<TopicName, ReadonlySet<TopicName>>
}

function stepsOf(topics: readonly GraphTopic[], edges: readonly GraphEdge[]): Steps {
  const heardBy = new Map<TopicName, Set<string>>()
  const toldBy = new Map<string, TopicName[]>()
  const forwards = new Map<TopicName, Set<TopicName>>()
  for (const topic of topics)
    for (const label of labelsOf(topic)) entryOf(toldBy, label, () => []).push(topic.name)
  // An owner that hears its own topic comes back to it only as itself: no ring is over that.
  const soleOwners = new Map<TopicName, string>()
  for (const { name, owner, publishers } of topics) if (publishers.length === 0) soleOwners.set(name, owner)
  for (const { topic, owner, hosts, forwardsTo } of edges) {
    if (forwardsTo !== null) entryOf(forwards, topic, () => new Set()).add(forwardsTo)
    else
      for (const label of [owner, ...hosts])
        if (label !== soleOwners.get(topic)) entryOf(heardBy, topic, () => new Set()).add(label)
  }
  return { heardBy, toldBy, forwards }
}

function labelsOf({ publishers, owner }: GraphTopic): readonly string[] {
  return publishers.length > 0 ? publishers : [owner]
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key) ?? make()
  map.set(key, present)
  return present
}

/** Each ring once, beginning with its first topic by name. */
function ringsOf(
  topics: readonly GraphTopic[],
  edges: readonly GraphEdge[],
): readonly (readonly TopicName[])[] {
  const steps = stepsOf(topics, edges)
  const found = new Map<string, readonly TopicName[]>()
  const budget = { left: stepsMax }
  for (const topic of topics) {
    const ring = ringThrough(topic, steps, budget)
    if (ring === null) continue
    const least = ring.indexOf([...ring].sort(byText)[0] ?? topic.name)
    const turned = [...ring.slice(least), ...ring.slice(0, least)]
    found.set(turned.join(' '), turned)
    if (found.size >= ringsMax) break
  }
  return [...found.values()]
}

/**
 * The shortest way from a topic back to it. That the owner of a topic subscribes to it as well is no ring:
 * teams do so; a declared publisher that subscribes is one. Null also where the budget ends before.
 */
function ringThrough(
  { name: start }: GraphTopic,
  { heardBy, toldBy, forwards }: Steps,
  budget: { left: number },
): readonly TopicName[] | null {
  const cameFrom: CameFrom = new Map([[start, null]])
  const labels = new Set<string>()
  const mayGoOn = (next: TopicName, from: TopicName): void => {
    budget.left--
    if (!cameFrom.has(next)) cameFrom.set(next, from)
  }
  for (const name of cameFrom.keys()) {
    if (--budget.left <= 0) return null
    if (forwards.get(name)?.has(start) === true) return wayTo(cameFrom, name)
    for (const next of forwards.get(name) ?? []) mayGoOn(next, name)
    for (const label of heardBy.get(name) ?? []) {
      if (labels.has(label)) continue
      labels.add(label)
      const told = toldBy.get(label) ?? []
      if (told.includes(start)) return wayTo(cameFrom, name)
      for (const next of told) mayGoOn(next, name)
    }
  }
  return null
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function byPlace(one: GraphEdge, other: GraphEdge): number {
  return byText(one.topic, other.topic) || byText(one.subscription, other.subscription)
}
