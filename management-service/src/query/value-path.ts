// pure
/**
 * Paths of the query language: `owner.id`, `owner/id`, `auth.publishers[2]` with the first element as 1.
 * Takes an object. Gives what stands there, or `nowhere` where not even the object around it is.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'

/** A member of an object, or an element of a list, counted from 0. */
export type PathStep = string | number

/** What a path leads to; the value is undefined where only the last member is missing. */
export type Place = { readonly value: unknown } | 'nowhere'

/** Reads a path. Every text is one: a name that no object has leads nowhere. */
export function parsePath(path: string): readonly PathStep[] {
  return path.split(/[./]/).flatMap(part => {
    const [, name = part, index] = /^(.+)\[(\d{1,9})\]$/.exec(part) ?? []
    return index === undefined ? [name] : [name, Number(index) - 1]
  })
}

/** Follows a path. */
export function valueAt(object: JsonObject, steps: readonly PathStep[]): Place {
  let value: unknown = object
  for (const step of steps) {
    if (Array.isArray(value) && typeof step === 'number') value = (value as unknown[])[step]
    else if (isJsonObject(value) && typeof step === 'string')
      value = Object.hasOwn(value, step) ? (value[step] ?? undefined) : undefined
    else return 'nowhere'
  }
  return { value }
}
