// pure
/**
 * Versions of definitions, as callers name them: the `ETag` of an answer, the `If-Match` of a change.
 * Takes a definition as it is shown and the version of its node. Gives its tag, and what differs from a tag
 * that a caller read. Promises: a tag tells members by short hashes of what anybody may read, so that it
 * gives away no secret, and a mismatch can be told by member although nobody keeps old versions.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'

/** A member that is another one than a caller thinks. `undefined`: it was, or is, not there. */
export interface Difference {
  /** Such as `retentionTime.duration`. */
  readonly member: string
  /** What the caller read, where that is known. */
  readonly read?: unknown
  readonly present: unknown
}

/** A definition as anybody may read it, secrets masked, with the version of its node. */
export interface Shown {
  readonly shown: JsonObject
  readonly version: number
}

const nameBytes = 2
const valueBytes = 4
const memberBytes = nameBytes + valueBytes
/** Tells nothing that the version does not tell. */
const untold = 'modifiedAt'

/** The value of `ETag`, with its quotes. */
export function tagOf({ shown, version }: Shown): string {
  const members = Object.entries(shown).filter(([name]) => name !== untold)
  const prints = members.map(([name, value]) => Buffer.concat([printOf(name, nameBytes), valuePrint(value)]))
  const all = Buffer.concat(prints.sort((one, other) => one.compare(other)))
  return `"${version}.${all.toString('base64url')}"`
}

/** Whether one of the tags of an `If-Match` is the thing's. `*` is any version. */
export function matches(ifMatch: string, present: Shown): boolean {
  const own = tagOf(present)
  return ifMatch.split(',').some(each => each.trim() === '*' || each.trim() === own)
}

/**
 * The members that are not what they were when the last of these tags was given. Empty where only a secret
 * is another, or the tag is none of ours.
 */
export function differencesFrom(ifMatch: string, { shown }: Shown): readonly Difference[] {
  const read = printsIn(ifMatch)
  if (read.size === 0) return []
  const members = Object.entries(shown).filter(([name]) => name !== untold)
  const changed = members
    .filter(([name, value]) => read.get(hex(printOf(name, nameBytes))) !== hex(valuePrint(value)))
    .map(([member, present]) => ({ member, present }))
  const present = new Set(members.map(([name]) => hex(printOf(name, nameBytes))))
  const goneCount = [...read.keys()].filter(name => !present.has(name)).length
  return goneCount === 0 ? changed : [...changed, { member: 'a member that is gone', present: undefined }]
}

/** Where two JSON objects differ: a member a line, the names of nested ones joined by dots. */
export function differencesBetween(read: JsonObject, present: JsonObject): readonly Difference[] {
  const names = [...new Set([...Object.keys(read), ...Object.keys(present)])]
  return names.flatMap(name => {
    const [before, after] = [read[name], present[name]]
    if (isDeepStrictEqual(before, after)) return []
    if (isJsonObject(before) && isJsonObject(after))
      return differencesBetween(before, after).map(each => ({ ...each, member: `${name}.${each.member}` }))
    return [{ member: name, read: before, present: after }]
  })
}

/**
 * Those differences that a merge patch would undo without knowing of them: it sets the member, or one within
 * or around it, to something else than what is there by now.
 */
export function overwritten(
  differences: readonly Difference[],
  patch: JsonObject,
  present: JsonObject,
): readonly Difference[] {
  const set = differencesOf(patch, present)
  return differences.filter(({ member }) =>
    set.some(each => isWithin(each, member) || isWithin(member, each)),
  )
}

/** Members that a patch would change. */
function differencesOf(patch: JsonObject, present: JsonObject): readonly string[] {
  return Object.entries(patch).flatMap(([name, value]) => {
    const there = present[name]
    if (isJsonObject(value) && isJsonObject(there))
      return differencesOf(value, there).map(each => `${name}.${each}`)
    return isDeepStrictEqual(value, there) || (value === null && there === undefined) ? [] : [name]
  })
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`)
}

/** Prints of values by prints of names, of the last tag of the header. */
function printsIn(ifMatch: string): ReadonlyMap<string, string> {
  const text = /"\d+\.([\w-]*)"\s*$/.exec(ifMatch)?.[1] ?? ''
  const bytes = Buffer.from(text, 'base64url')
  const prints = new Map<string, string>()
  for (let at = 0; at + memberBytes <= bytes.length; at += memberBytes)
    prints.set(hex(bytes.subarray(at, at + nameBytes)), hex(bytes.subarray(at + nameBytes, at + memberBytes)))
  return prints
}

function valuePrint(value: unknown): Buffer {
  return printOf(JSON.stringify(inOrder(value)), valueBytes)
}

function printOf(text: string, length: number): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, length)
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex')
}

/** Another order of members is not another value. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, inOrder(inner)]))
}
