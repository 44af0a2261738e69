// pure
/**
 * Who asks, and what that one may do.
 * Takes a principal, a right and what it is asked for. Gives yes or no; what no rule allows is no.
 * Roles are given for one group or, with `*`, for all: an admin may everything, an owner of a group
 * everything in it, a reader look at it, a publisher publish to it. Who is named as the owner of a topic or
 * subscription owns just that.
 */
import type { OwnerId } from '../domain/owner.js'
import { namePattern } from '../domain/names.js'

export const roles = ['admin', 'owner', 'publisher', 'reader'] as const
export type Role = (typeof roles)[number]

/**
 * What a call asks of its caller.
 * - `anyone`: no credential is needed.
 * - `reader`: who may read the group, topic or subscription that it is about.
 * - `owner`: owners of the group, topic or subscription in the path or, at a creation, in the body.
 * - `admin`: administrators.
 */
export type Right = 'anyone' | 'reader' | 'owner' | 'admin'

/** Stands for every group. */
export const everyGroup = '*'

/** A role in one group, or in every one. */
export interface Grant {
  readonly role: Role
  readonly group: string
}

/** Somebody who has proved who it is, with its grants laid out for questions. */
export interface Principal {
  readonly name: string
  /** Ids of owners that it is, beside its name. */
  readonly teams: readonly string[]
  readonly grants: readonly Grant[]
  readonly isAdmin: boolean
  /** Groups by what may be done in them; `*` among them stands for all. */
  readonly owned: ReadonlySet<string>
  readonly readable: ReadonlySet<string>
  readonly publishable: ReadonlySet<string>
}

/** A thing in a group, with who is named as its owner; without a group, something of all of them. */
export interface OwnedResource {
  readonly group: string | null
  readonly owners: readonly OwnerId[]
}

/** What a right is asked for; `nothing` is nobody's data. */
export type Resource = 'nothing' | OwnedResource

/** The whole installation. */
export const everything: Resource = { group: null, owners: [] }

/** Makes a principal. */
export function principalOf(
  name: string,
  grants: readonly Grant[],
  teams: readonly string[] = [],
): Principal {
  const groupsWith = (...wanted: readonly Role[]): ReadonlySet<string> =>
    new Set(grants.filter(({ role }) => wanted.includes(role)).map(({ group }) => group))
  return {
    ...{ name, grants, teams },
    isAdmin: grants.some(({ role }) => role === 'admin'),
    owned: groupsWith('owner'),
    readable: groupsWith('owner', 'reader'),
    publishable: groupsWith('admin', 'owner', 'publisher'),
  }
}

/** What a caller is called who has not said who it is, as Hermes calls it. */
const anonymous = '[anonymous user]'

/** Whoever calls where nobody is asked who it is: as in Hermes, everybody may everything. */
export const everybody: Principal = principalOf(anonymous, [{ role: 'admin', group: everyGroup }])

/** A caller who has not said who it is, where that is asked. */
export const unknownCaller: Principal = principalOf(anonymous, [])

/** Whether the principal has the right; null is a caller who has not said who it is. */
export function may(principal: Principal | null, right: Right, resource: Resource): boolean {
  if (right === 'anyone') return true
  if (principal === null) return false
  if (principal.isAdmin) return true
  if (right === 'admin') return false
  if (resource === 'nothing') return right === 'reader'
  const groups = right === 'owner' ? principal.owned : principal.readable
  if (groups.has(everyGroup)) return true
  if (resource.group !== null && groups.has(resource.group)) return true
  return resource.owners.some(owner => isOwner(principal, owner))
}

/** Whether the principal may publish to topics of the group that ask who publishes. */
export function mayPublish(principal: Principal, group: string): boolean {
  return principal.publishable.has(everyGroup) || principal.publishable.has(group)
}

/** Whether the principal is who is named as owner: by its own name, or by that of a team of its. */
export function isOwner(principal: Principal, owner: OwnerId): boolean {
  return owner.id === principal.name || principal.teams.includes(owner.id)
}

/** A grant written `role:group`, such as `publisher:shop`, `reader:*` or `admin`; null where it is none. */
export function parseGrant(text: string): Grant | null {
  const colon = text.indexOf(':')
  const role = roles.find(each => each === (colon < 0 ? text : text.slice(0, colon)))
  const group = colon < 0 ? everyGroup : text.slice(colon + 1)
  if (role === undefined || (colon < 0 && role !== 'admin')) return null
  if (group === everyGroup) return { role, group }
  // Who administrates one group is its owner.
  return role === 'admin' || !namePattern.test(group) ? null : { role, group }
}

/** The grant as {@link parseGrant} reads it. */
export function grantText({ role, group }: Grant): string {
  return role === 'admin' ? role : `${role}:${group}`
}
