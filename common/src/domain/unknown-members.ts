// pure
/**
 * What a stored text holds beyond what was understood of it.
 * Takes a text to write, the text that it replaces, and what reading the latter gave. Gives the new text with
 * every member that reading dropped, at any depth of objects. Promises: a member that is understood is the
 * new text's business alone, so what a change removes stays removed. Members inside lists are not followed.
 */
import { isJsonObject, type JsonObject } from './json-shapes.js'

/**
 * Whoever wrote `former` may be of another version or another product, and reads it again after us.
 * `understood` is `former` as we would have written it.
 */
export function withUnknownMembers(next: JsonObject, former: JsonObject, understood: JsonObject): JsonObject {
  const kept = new Map(Object.entries(next))
  for (const [member, value] of Object.entries(former)) {
    const known = understood[member]
    if (!Object.hasOwn(understood, member)) {
      // A null says nothing, and would stand beside what understanding a later version makes of it.
      if (value !== null && !kept.has(member)) kept.set(member, value)
      continue
    }
    const written = kept.get(member)
    if (isJsonObject(value) && isJsonObject(known) && isJsonObject(written))
      kept.set(member, withUnknownMembers(written, value, known))
  }
  return Object.fromEntries(kept)
}

/** What of `former` is not in `understood`, as dotted paths; nulls left out. */
export function unknownMembers(former: JsonObject, understood: JsonObject): readonly string[] {
  return Object.entries(former).flatMap(([member, value]) => {
    const known = understood[member]
    if (!Object.hasOwn(understood, member)) return value === null ? [] : [member]
    if (!isJsonObject(value) || !isJsonObject(known)) return []
    return unknownMembers(value, known).map(each => `${member}.${each}`)
  })
}
