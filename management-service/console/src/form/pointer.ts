// pure
/**
 * Members of a JSON definition by pointer (RFC 6901).
 * Takes a definition and a pointer such as `/retentionTime/duration`. Gives the member, or a copy with
 * it changed.
 */

/** A definition while it is written. */
export type Draft = Readonly<Record<string, unknown>>

/** The member; undefined where there is none. */
export function memberOf(draft: unknown, pointer: string): unknown {
  let value = draft
  for (const name of namesOf(pointer)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

/** The same with that member changed; `undefined` takes it out. */
export function withMember(draft: Draft, pointer: string, value: unknown): Draft {
  const [name, ...rest] = namesOf(pointer)
  if (name === undefined) return draft
  if (rest.length === 0) {
    if (value !== undefined) return { ...draft, [name]: value }
    return Object.fromEntries(Object.entries(draft).filter(([key]) => key !== name))
  }
  const inner = draft[name]
  const below = typeof inner === 'object' && inner !== null ? (inner as Draft) : {}
  return { ...draft, [name]: withMember(below, `/${rest.map(escaped).join('/')}`, value) }
}

function namesOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
