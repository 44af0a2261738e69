// pure
/**
 * Which keys have a role in a group.
 * Takes keys and a group. Gives the names of those with each role, the roles of all groups too.
 */
import type { Holder } from '../keys/rights.js'

/** A role, and who has it. */
export interface RoleInGroup {
  readonly role: string
  readonly holders: readonly string[]
}

const kinds = ['owner', 'publisher', 'reader'] as const

/** The roles that count in the group, the mightiest first; one that nobody has is told too. */
export function rolesIn(group: string, keys: readonly Holder[]): readonly RoleInGroup[] {
  const withRole = (...roles: readonly string[]): readonly string[] =>
    keys.filter(key => roles.some(role => key.roles.includes(role))).map(({ name }) => name)
  return [
    { role: 'admin', holders: withRole('admin') },
    ...kinds.map(kind => ({ role: `${kind}:${group}`, holders: withRole(`${kind}:${group}`, `${kind}:*`) })),
  ]
}
