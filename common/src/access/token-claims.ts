// pure
/**
 * Who a token says that it stands for.
 * Takes checked claims and where names and groups stand in them. Gives a principal, or null without a name.
 * What stands in the claim of groups are its teams, and its roles as far as the configuration gives them any.
 * Bound: `groupsMax` groups, further ones give nothing.
 */
import { isJsonObject } from '../domain/json-shapes.js'
import { principalOf, type Grant, type Principal } from './principal.js'

/** A role for everybody whose token names the group; `*` is everybody with a token. */
export interface GroupGrant {
  readonly claimed: string
  readonly grant: Grant
}

export interface ClaimRules {
  /** Such as `sub`. */
  readonly nameClaim: string
  /** Such as `groups`, or `realm_access.roles` where it lies deeper; empty for none. */
  readonly groupsClaim: string
  readonly grants: readonly GroupGrant[]
}

const groupsMax = 500
const namePattern = /^[^\p{Cc}]{1,200}$/u

/** Reads claims. */
export function principalOfClaims(
  rules: ClaimRules,
  claims: Readonly<Record<string, unknown>>,
): Principal | null {
  const name = claimAt(claims, rules.nameClaim)
  if (typeof name !== 'string' || !namePattern.test(name)) return null
  const groups = textsOf(rules.groupsClaim === '' ? null : claimAt(claims, rules.groupsClaim))
  const grants = rules.grants.filter(({ claimed }) => claimed === '*' || groups.includes(claimed))
  return principalOf(
    name,
    grants.map(({ grant }) => grant),
    groups,
  )
}

/** A claim by its whole name first: a name such as `https://acme.example/groups` has dots of its own. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return null
    value = value[name]
  }
  return value
}

/** A list of texts, or texts with blanks between them, as in `scope`. */
function textsOf(value: unknown): readonly string[] {
  const found: readonly unknown[] =
    typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  return found
    .slice(0, groupsMax)
    .filter((each): each is string => typeof each === 'string' && namePattern.test(each))
}
