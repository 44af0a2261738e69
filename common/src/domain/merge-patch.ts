// pure
/**
 * The merge of a PUT body into what is stored.
 * Takes two JSON objects. Gives a third: objects merge member by member, everything else is replaced.
 * `null` overwrites and is kept, so that the reader of the result applies its default or refuses it.
 */
import { isJsonObject, type JsonObject } from './json-shapes.js'

/** `stored` with every member of `patch` put over it. Neither is changed. */
export function mergePatch(stored: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(stored))
  for (const [name, value] of Object.entries(patch)) {
    const before = merged.get(name)
    merged.set(name, isJsonObject(before) && isJsonObject(value) ? mergePatch(before, value) : value)
  }
  return Object.fromEntries(merged)
}
