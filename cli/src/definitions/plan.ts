// pure
/**
 * What must be done so that an installation has what a file says.
 * Takes the things of both. Gives steps in an order in which each finds what it depends on: providers,
 * groups, topics, subscriptions; removals after all, the other way round. A member that the file does not
 * have is left as it is. Promises: nothing outside a group of the file is ever removed, and without `prune`
 * nothing at all.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { hasSecrets, masked } from './secrets.js'
import { keyOf, kinds, type PresentThing, type Thing, type ThingPlace } from './thing.js'

/** A member that would be another one. */
export interface MemberChange {
  readonly member: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface Step {
  readonly change: 'create' | 'update' | 'delete'
  readonly place: ThingPlace
  /** As in the file, with secrets; empty for a removal. */
  readonly members: JsonObject
  /** The version that it was planned for; null where there is none. */
  readonly tag: string | null
  /** What changes, secrets masked. */
  readonly changes: readonly MemberChange[]
  /** Whether only management can tell if anything changes: secrets are never read. */
  readonly isUnsure: boolean
}

export interface PlanOptions {
  /** Whether what the file does not have, below its groups, is to be removed. */
  readonly prune: boolean
}

/** Members that only matter when a thing is made. */
const onceOnly = ['startPosition']

/** Makes the plan. */
export function planChanges(
  desired: readonly Thing[],
  present: readonly PresentThing[],
  { prune }: PlanOptions,
): readonly Step[] {
  const there = new Map(present.map(thing => [keyOf(thing.place), thing]))
  const wanted = new Set(desired.map(thing => keyOf(thing.place)))
  const steps = inOrder(desired).flatMap(thing => {
    const known = there.get(keyOf(thing.place))
    return known === undefined ? [creation(thing)] : change(thing, known)
  })
  if (!prune) return steps
  const surplus = undeclared(present, wanted)
  return [...steps, ...inOrder(surplus).reverse().map(removal)]
}

/** What is below the groups of a file and not in it. */
export function undeclared(
  present: readonly PresentThing[],
  wanted: ReadonlySet<string>,
): readonly PresentThing[] {
  return present.filter(({ place }) => {
    if (wanted.has(keyOf(place)) || !('group' in place)) return false
    return wanted.has(keyOf({ kind: 'group', name: place.group }))
  })
}

function creation({ place, members }: Thing): Step {
  const changes = Object.entries(masked(place.kind, members)).map(([member, after]) => ({ member, after }))
  return { change: 'create', place, members, tag: null, changes, isUnsure: false }
}

function removal({ place, tag }: PresentThing): Step {
  return { change: 'delete', place, members: {}, tag, changes: [], isUnsure: false }
}

function change({ place, members }: Thing, known: PresentThing): readonly Step[] {
  const lasting = Object.fromEntries(Object.entries(members).filter(([name]) => !onceOnly.includes(name)))
  const changes = uncovered(masked(place.kind, lasting), known.members)
  const isUnsure = hasSecrets(place.kind, lasting)
  if (changes.length === 0 && !isUnsure) return []
  return [{ change: 'update', place, members: lasting, tag: known.tag, changes, isUnsure }]
}

function inOrder<T extends Thing>(things: readonly T[]): T[] {
  return [...things].sort((one, other) => kinds.indexOf(one.place.kind) - kinds.indexOf(other.place.kind))
}

/** The members of `wanted` that `present` does not have like that. */
export function uncovered(wanted: JsonObject, present: JsonObject): readonly MemberChange[] {
  return Object.entries(wanted).flatMap(([member, after]) => {
    const before = present[member]
    if (isCovered(after, before, member)) return []
    if (isJsonObject(after) && isJsonObject(before))
      return uncovered(after, before).map(each => ({ ...each, member: `${member}.${each.member}` }))
    return [{ member, ...(before === undefined ? {} : { before }), after }]
  })
}

/** Lists must have the same entries; the entries of a list may have more members than were asked for. */
function isCovered(wanted: unknown, present: unknown, member = ''): boolean {
  if (wanted === null) return present === undefined || present === null
  if (member === 'schema') return jsonOf(wanted) === jsonOf(present)
  if (Array.isArray(wanted)) {
    if (!Array.isArray(present) || present.length !== wanted.length) return false
    return wanted.every((each, index) => isCovered(each, present[index]))
  }
  if (!isJsonObject(wanted)) return wanted === present
  return (
    isJsonObject(present) && Object.entries(wanted).every(([name, each]) => isCovered(each, present[name]))
  )
}

/** Schemas are texts that may be spaced otherwise. */
function jsonOf(text: unknown): string {
  try {
    return JSON.stringify(JSON.parse(String(text)))
  } catch {
    return String(text) // whether it is a schema is management's to say
  }
}
