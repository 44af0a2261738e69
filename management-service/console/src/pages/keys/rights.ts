// pure
/**
 * What a holder of roles and teams may do, as management and frontends decide it.
 * Takes roles such as `owner:shop`, teams, and a topic. Gives what is allowed with what allows it. Source:
 * the rules of common/src/access and of the frontends.
 */
import { groupOf } from '../groups/count-by-group.js'

/** A key, or whoever calls. */
export interface Holder {
  readonly name: string
  /** Such as `admin`, `owner:shop`, `reader:*`. */
  readonly roles: readonly string[]
  /** Owners that it is, beside its name. */
  readonly teams: readonly string[]
}

/** What of a topic decides who may do what with it. */
export interface GuardedTopic {
  readonly name: string
  readonly owner: string
  /** Whom its `auth` lets in; null where it lets in everybody. */
  readonly publishers: readonly string[] | null
  readonly isSubscribingRestricted: boolean
}

/** Where somebody may do something, in words; empty where nowhere. */
export interface Reach {
  readonly reads: string
  readonly changes: string
  readonly publishes: string
}

/** What allows it; null where nothing does. */
export type Reason = string | null

export interface RightsOnTopic {
  readonly reads: Reason
  readonly subscribes: Reason
  readonly changes: Reason
  readonly publishes: Reason
}

const everyGroup = '*'

/** Where the holder may do what. */
export function reachOf(holder: Holder): Reach {
  if (holder.roles.includes('admin'))
    return { reads: 'everything', changes: 'everything', publishes: 'topics that name it' }
  const owned = `what ${[holder.name, ...holder.teams].join(', ')} owns`
  const among = (...kinds: readonly string[]): readonly string[] => groupsWith(holder, kinds)
  const publishable = among('owner', 'publisher')
  return {
    reads: joined([groupWords(among('owner', 'reader')), owned]),
    changes: joined([groupWords(among('owner')), owned]),
    publishes: publishable.length === 0 ? '' : `topics of ${groupWords(publishable)} that name it`,
  }
}

/** What the holder may do with a topic, and why. */
export function rightsOn(topic: GuardedTopic, holder: Holder): RightsOnTopic {
  const reads = roleFor(holder, topic, 'owner', 'reader') ?? ownership(holder, topic)
  const changes = roleFor(holder, topic, 'owner') ?? ownership(holder, topic)
  return {
    reads,
    changes,
    subscribes: topic.isSubscribingRestricted ? changes : reads,
    publishes: publishing(holder, topic),
  }
}

function publishing(holder: Holder, topic: GuardedTopic): Reason {
  if (topic.publishers === null) return 'it asks nobody'
  if (!topic.publishers.includes(holder.name)) return null
  const role = roleFor(holder, topic, 'owner', 'publisher')
  return role === null ? null : `${role}, and the topic names it`
}

/** The role that gives one of these kinds in the group of the topic. */
function roleFor({ roles }: Holder, topic: GuardedTopic, ...kinds: readonly string[]): Reason {
  if (roles.includes('admin')) return 'admin'
  const group = groupOf(topic.name)
  const wanted = kinds.flatMap(kind => [`${kind}:${group}`, `${kind}:${everyGroup}`])
  return wanted.find(role => roles.includes(role)) ?? null
}

function ownership({ name, teams }: Holder, { owner }: GuardedTopic): Reason {
  if (owner === name) return 'it is the owner'
  return teams.includes(owner) ? `its team ${owner} is the owner` : null
}

function groupsWith({ roles }: Holder, kinds: readonly string[]): readonly string[] {
  const groups = roles.flatMap(role => {
    const [kind = '', group = ''] = role.split(':')
    return kinds.includes(kind) ? [group] : []
  })
  return [...new Set(groups)].sort()
}

function groupWords(groups: readonly string[]): string {
  if (groups.length === 0) return ''
  if (groups.includes(everyGroup)) return 'all groups'
  return groups.length === 1 ? `group ${groups[0] ?? ''}` : `groups ${groups.join(', ')}`
}

function joined(parts: readonly string[]): string {
  return parts.filter(part => part !== '').join('; ')
}
