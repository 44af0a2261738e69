// pure
/**
 * What becomes of a tree of Hermes in the hands of Iris.
 * Takes the tree and the networks that may be called. Gives findings, and the definitions that it understood.
 * Promises: every node is understood, or named in a finding; a node that cannot be read hides no other.
 */
import { isUnreadable, readOAuthProviderNode, readTopicNode } from '@iris/common/domain/node-json'
import { topicName, type TopicName } from '@iris/common/domain/names'
import { tokenUrl } from '@iris/common/domain/oauth-provider'
import type { Subscription } from '@iris/common/domain/subscription'
import { topicJson } from '@iris/common/domain/topic-json'
import type { Topic } from '@iris/common/domain/topic'
import { unknownMembers } from '@iris/common/domain/unknown-members'
import type { AllowedNetworks } from '@iris/common/http/address-guard'
import { closedVault } from '@iris/common/secrets/vault'
import type { Finding, Understood } from './finding.js'
import { judgeSubscription, type Providers } from './judge-subscription.js'
import { createTally, type Tally } from './tally.js'
import { childrenOf, jsonOf, type TreeNode } from './tree.js'

export interface Judgement {
  readonly understood: Understood
  readonly findings: readonly Finding[]
  readonly topics: ReadonlyMap<TopicName, Topic>
  readonly subscriptions: readonly Subscription[]
}

/** Nodes beside groups that Iris reads or leaves to Hermes, with what to say of them. */
const working: ReadonlyMap<string, string> = new Map([
  ['consumers-registry', 'where Hermes has its consumers'],
  ['consumers-workload', "who of Hermes' consumers does what; Iris shares the work anew"],
  ['consumers-rate', "the rates of Hermes' consumers; Iris shares rates anew"],
  ['storage-health', "marks of Hermes' health checks"],
  ['management', "the leader of Hermes' managements"],
  ['inactive-topics', 'the list of inactive topics'],
  ['offline-retransmission', 'tasks for an external job'],
  ['consumer-group-to-delete', 'consumer groups that Hermes meant to delete'],
])
const readByIris = new Set([
  ...['groups', 'oauth-providers', 'consumers-workload-constraints', 'datacenter-readiness', 'iris', 'admin'],
])
const ofTopic = new Set(['subscriptions', 'metrics', 'preview'])

/** Judges everything below the root. */
export function judgeTree(root: TreeNode, allowed: AllowedNetworks): Judgement {
  const tally = createTally()
  const providers = judgeProviders(root, tally)
  const topics = new Map<TopicName, Topic>()
  const subscriptions: Subscription[] = []
  let groups = 0
  for (const [group, node] of childrenOf(root, 'groups')) {
    groups++
    judgeGroup(group, node, tally)
    for (const [short, topicNode] of childrenOf(node, 'topics')) {
      const name = topicName(`${group}.${short}`)
      const topic = judgeTopic(`${group}.${short}`, name, topicNode, tally)
      if (topic === null) continue
      topics.set(topic.name, topic)
      for (const [subscription, each] of childrenOf(topicNode, 'subscriptions')) {
        const read = judgeSubscription(
          { topic, name: subscription, node: each },
          { providers, allowed, tally },
        )
        if (read !== null) subscriptions.push(read)
      }
    }
  }
  const constraints = judgeConstraints(root, tally)
  judgeProcesses(root, tally)
  judgeRest(root, tally)
  const understood = {
    ...{ groups, topics: topics.size, subscriptions: subscriptions.length },
    ...{ oAuthProviders: providers.size, constraints },
  }
  return { understood, findings: tally.findings(), topics, subscriptions }
}

function judgeGroup(group: string, node: TreeNode, tally: Tally): void {
  const place = `group ${group}`
  if (node.data.length === 0)
    tally.attention(
      'empty-node',
      place,
      'its node holds nothing',
      'Hermes deletes such a node: write {"groupName":…}',
    )
  for (const [name] of childrenOf(node))
    if (name !== 'topics')
      tally.ignored('unknown-node', `${place}/${name}`, 'a node that Hermes does not have')
}

function judgeTopic(text: string, name: TopicName | undefined, node: TreeNode, tally: Tally): Topic | null {
  const place = `topic ${text}`
  if (name === undefined || text.split('.').length < 2) {
    tally.attention('name', place, 'its name is none that Hermes allows', 'It is not served: make it anew.')
    return null
  }
  const topic = readTopicNode(name, node.data, node.stat)
  if (isUnreadable(topic)) {
    tally.attention('unreadable', place, topic.problem, 'It is not served before its node is mended.')
    return null
  }
  const json = jsonOf(node)
  if (json !== null) {
    tally.unknown('topics', unknownMembers(json, topicJson(topic)))
    if (typeof json['name'] === 'string' && json['name'] !== text)
      tally.change('name', place, `its text calls it ${json['name']}; the name of its place is the one`)
  }
  if (topic.contentType === 'AVRO') tally.count('AVRO topics')
  if (topic.migratedFromJsonType) tally.count('topics that were JSON once')
  if (topic.fallbackToRemoteDatacenterEnabled) tally.count('topics with a fallback to a remote data centre')
  if (topic.jsonToAvroDryRun) tally.count('topics with a dry run of Avro')
  if (topic.offlineStorage.enabled) tally.count('topics with offline storage')
  for (const [child] of childrenOf(node))
    if (!ofTopic.has(child))
      tally.ignored('unknown-node', `${place}/${child}`, 'a node that Hermes does not have')
  return topic
}

function judgeProviders(root: TreeNode, tally: Tally): Providers {
  const known = new Set<string>()
  for (const [name, node] of childrenOf(root, 'oauth-providers')) {
    const place = `OAuth provider ${name}`
    const provider = readOAuthProviderNode(name, node.data, closedVault)
    if (isUnreadable(provider)) {
      tally.attention('unreadable', place, provider.problem, 'No subscription gets a token of it.')
      continue
    }
    known.add(name)
    tally.secret('client secrets of OAuth providers', provider.clientSecret)
    if (tokenUrl(provider) === null)
      tally.attention(
        ...(['token-endpoint', place, `${provider.tokenEndpoint} is no http or https address`] as const),
        'No subscription gets a token of it.',
      )
  }
  return known
}

function judgeConstraints(root: TreeNode, tally: Tally): number {
  const all = childrenOf(root, 'consumers-workload-constraints')
  let understood = 0
  for (const [name, node] of all) {
    const consumers = jsonOf(node)?.['consumersNumber']
    if (Number.isInteger(consumers) && Number(consumers) > 0) understood++
    else
      tally.attention(
        ...(['unreadable', `constraint of ${name}`, 'it says no number of consumers'] as const),
        'It has no effect.',
      )
  }
  return understood
}

/** Processes of Hermes that run have nodes that go with them. */
function judgeProcesses(root: TreeNode, tally: Tally): void {
  const stop = 'Stop it before Iris starts: see docs/operating/take-over.md.'
  for (const [cluster] of childrenOf(root, 'consumers-registry'))
    for (const [id, node] of childrenOf(root, 'consumers-registry', cluster, 'nodes'))
      if (node.isEphemeral)
        tally.attention(
          'process',
          `consumer ${id}`,
          `a consumers process of Hermes runs (cluster ${cluster})`,
          stop,
        )
  for (const [name, node] of childrenOf(root, 'management', 'leader'))
    if (node.isEphemeral)
      tally.attention(
        'process',
        `management ${node.data.toString('utf8') || name}`,
        'a management of Hermes runs',
        stop,
      )
  for (const [name, node] of childrenOf(root, 'admin'))
    if (node.isEphemeral)
      tally.attention(
        'retransmission',
        `admin/${name}`,
        'Hermes is moving a subscription',
        'Wait until it is done.',
      )
}

function judgeRest(root: TreeNode, tally: Tally): void {
  for (const [name, node] of childrenOf(root)) {
    if (readByIris.has(name)) continue
    const known = working.get(name)
    if (known === undefined)
      tally.ignored(
        'unknown-node',
        name,
        `a node that Hermes does not have, with ${node.children.size} children`,
      )
    else tally.ignored('working-node', name, known)
  }
  if (root.children.has('iris'))
    tally.change('iris', 'iris', 'Iris has been here before: what it keeps is below this node')
}
