// pure
/**
 * Changes of nodes in words of the API.
 * Takes nodes before and after. Gives kind, name, and each member that changes; secrets are masked, and told
 * where they change. Nodes that Iris coordinates itself with are left out, and those that only hold others.
 */
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import {
  isUnreadable,
  readOAuthProviderNode,
  readSubscriptionNode,
  readTopicNode,
  type UnreadableNode,
} from '@iris/common/domain/node-json'
import { oAuthProviderAnswer, oAuthProviderJson } from '@iris/common/domain/oauth-provider'
import { subscriptionAnswer, subscriptionJson } from '@iris/common/domain/subscription-json'
import { topicJson } from '@iris/common/domain/topic-json'
import { readWorkloadConstraints, workloadConstraintsJson } from '@iris/common/domain/workload-constraints'
import type { Vault } from '@iris/common/secrets/vault'
import type { ZooNode } from '@iris/common/zookeeper/session'
import type { DryRunAnswer } from './answer.js'
import type { NodeChange } from './recording-session.js'

type ToldChange = DryRunAnswer['changes'][number]
type Opener = Pick<Vault, 'open'>
type MemberChange = ToldChange['members'][number]

/** What is stored, and the same with its secrets masked. */
interface Both {
  readonly stored: JsonObject
  readonly shown: JsonObject
}

const nothing: Both = { stored: {}, shown: {} }
const times = ['createdAt', 'modifiedAt']

/** Tells the changes below `root`, in the order in which they would be made. `vault` opens secrets. */
export function toldChanges(
  changes: readonly NodeChange[],
  root: string,
  vault: Opener,
): readonly ToldChange[] {
  const base = root === '/' ? '' : root
  return changes.flatMap(({ path, before, after }) => {
    const place = placeOf(path.slice(base.length), { before, after }, vault)
    if (place === null) return []
    const [was, is] = [before, after].map(node => (node === null ? nothing : place.read(node)))
    const change = before === null ? 'create' : after === null ? 'delete' : 'update'
    const members = membersBetween(was ?? nothing, is ?? nothing)
    // Written anew as it was, or sealed anew.
    if (change === 'update' && place.kind !== 'node' && members.length === 0) return []
    return [{ change, kind: place.kind, name: place.name, members }]
  })
}

interface Place {
  readonly kind: string
  readonly name: string
  read(node: ZooNode): Both
}

/** Null for a node that is told with another one, or that nobody asks about. */
function placeOf(path: string, node: Pick<NodeChange, 'before' | 'after'>, vault: Opener): Place | null {
  const [, first, second = '', third, fourth = '', fifth, sixth = '', ...rest] = path.split('/')
  if (first === 'groups') {
    if (rest.length > 0 || second === '') return null
    if (sixth !== '')
      return fifth === 'subscriptions' ? subscriptionPlace(`${second}.${fourth}`, sixth, vault) : null
    if (fifth !== undefined) return null
    if (fourth !== '') return topicPlace(`${second}.${fourth}`)
    return third === undefined ? { kind: 'group', name: second, read: () => nothing } : null
  }
  if (first === 'oauth-providers') return second === '' ? null : providerPlace(second, vault)
  if (first === 'consumers-workload-constraints') return second === '' ? null : constraintPlace(second)
  if (first === 'offline-retransmission')
    return third === undefined ? null : { kind: 'offlineTask', name: third, read: () => nothing }
  const isOurOwn = path.startsWith('/iris/management/')
  const isEmpty = [node.before, node.after].every(each => each === null || each.data.length === 0)
  return isOurOwn || isEmpty ? null : { kind: 'node', name: path, read: () => nothing }
}

function topicPlace(name: string): Place {
  return {
    ...{ kind: 'topic', name },
    read: ({ data, stat }) => bothOf(readTopicNode(name as TopicName, data, stat), topicJson, topicJson),
  }
}

function subscriptionPlace(topic: string, name: string, vault: Opener): Place {
  return {
    ...{ kind: 'subscription', name: `${topic}$${name}` },
    read: node =>
      bothOf(
        readSubscriptionNode({ topic: topic as TopicName, name: name as SubscriptionName }, node, vault),
        subscriptionJson,
        subscriptionAnswer,
      ),
  }
}

function providerPlace(name: string, vault: Opener): Place {
  return {
    ...{ kind: 'oauthProvider', name },
    read: ({ data }) =>
      bothOf(readOAuthProviderNode(name, data, vault), oAuthProviderJson, oAuthProviderAnswer),
  }
}

function constraintPlace(name: string): Place {
  return {
    ...{ kind: 'workloadConstraint', name },
    read({ data }) {
      const constraints = readWorkloadConstraints(data)
      const members = constraints === null ? {} : { ...workloadConstraintsJson(constraints) }
      return { stored: members, shown: members }
    },
  }
}

function bothOf<T extends object>(
  read: T | UnreadableNode,
  stored: (value: T) => JsonObject,
  shown: (value: T) => JsonObject,
): Both {
  if (isUnreadable(read)) return nothing
  const answer = Object.entries(shown(read)).filter(([name]) => !times.includes(name))
  return { stored: stored(read), shown: Object.fromEntries(answer) }
}

/** Compared as stored, told as shown. */
function membersBetween(before: Both, after: Both): MemberChange[] {
  const names = [...new Set([...Object.keys(before.stored), ...Object.keys(after.stored)])]
  return names.flatMap(member => {
    const [was, is] = [before.stored[member], after.stored[member]]
    if (isDeepStrictEqual(was, is)) return []
    const [shownBefore, shownAfter] = [before.shown[member], after.shown[member]]
    if (isJsonObject(was) && isJsonObject(is) && isJsonObject(shownBefore) && isJsonObject(shownAfter)) {
      const inner = membersBetween({ stored: was, shown: shownBefore }, { stored: is, shown: shownAfter })
      return inner.map(each => ({ ...each, member: `${member}.${each.member}` }))
    }
    return [
      {
        member,
        ...(was === undefined ? {} : { before: shownBefore }),
        ...(is === undefined ? {} : { after: shownAfter }),
      },
    ]
  })
}
