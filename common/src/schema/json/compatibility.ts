// pure
/**
 * What a new version of a JSON Schema breaks, and for whom.
 * Takes the former version and the next. Gives sentences with JSON pointers: messages that were valid and
 * are none now break publishers (and what lies in Kafka already), messages that are valid only now break
 * subscribers. Promises: conservative; a difference that it cannot judge counts as one that breaks, and says
 * so. Titles, descriptions, examples and other annotations are no differences.
 */
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject } from '../../domain/json-shapes.js'
import { escaped, isSchema, type JsonSchema } from './walk.js'

/** Which messages may change: none that were valid may be refused, none may be valid only now, or neither. */
export const compatibilities = ['BACKWARD', 'FORWARD', 'FULL', 'NONE'] as const
export type Compatibility = (typeof compatibilities)[number]

export interface SchemaBreak {
  /** Into the schema that is stricter there. */
  readonly pointer: string
  readonly breaks: 'publishers' | 'subscribers'
  readonly problem: string
  /** False where it was too much to judge. */
  readonly isCertain: boolean
}

/** Sentences of one comparison; more of them help nobody. */
const breaksMax = 50
const pairsMax = 5_000

/** All that breaks under a compatibility. */
export function breaksBetween(
  former: JsonObject,
  next: JsonObject,
  compatibility: Compatibility,
): readonly SchemaBreak[] {
  const backward = compatibility === 'BACKWARD' || compatibility === 'FULL'
  const forward = compatibility === 'FORWARD' || compatibility === 'FULL'
  return [
    ...(backward ? narrowings(former, next, 'publishers') : []),
    ...(forward ? narrowings(next, former, 'subscribers') : []),
  ].slice(0, breaksMax)
}

interface Comparison {
  readonly wide: JsonObject
  readonly narrow: JsonObject
  /** Pairs that are being compared, or were: schemas may hold themselves. */
  readonly seen: Set<string>
  readonly add: (pointer: string, problem: string, isCertain?: boolean) => void
}

/** Why a message that is valid by the first may not be by the second. */
function narrowings(
  wide: JsonObject,
  narrow: JsonObject,
  breaks: SchemaBreak['breaks'],
): readonly SchemaBreak[] {
  const found: SchemaBreak[] = []
  const add: Comparison['add'] = (pointer, problem, isCertain = true) => {
    if (found.length < breaksMax) found.push({ pointer, breaks, problem, isCertain })
  }
  compare({ wide, narrow, seen: new Set(), add }, wide, narrow, '')
  return found
}

/** Keywords that say nothing about which messages are valid. */
const annotations = new Set([
  ...[
    'title',
    'description',
    '$comment',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    'format',
  ],
  ...['$schema', '$id', '$anchor', '$dynamicAnchor', '$defs', 'definitions'],
  ...['contentEncoding', 'contentMediaType', 'contentSchema'],
])
/** Bounds from below and from above: the first may not rise, the second may not fall. */
const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']
/** What these say depends on others beside them: any difference may matter, also one that takes them away. */
const entangled = ['patternProperties', 'prefixItems', 'additionalItems', 'minContains']
/** With one of these, whatever else differs beside it may matter. */
const entangling = ['unevaluatedProperties', 'unevaluatedItems', '$dynamicRef', '$recursiveRef']
/** Keywords with a rule of their own below. */
const judged = new Set([
  ...[...lowerBounds, ...upperBounds, 'type', 'enum', 'const', 'required', 'uniqueItems', 'multipleOf'],
  ...['properties', 'additionalProperties', 'items', '$ref'],
])

function compare(at: Comparison, formerly: unknown, now: unknown, pointer: string): void {
  if (isDeepStrictEqual(formerly, now) && isSameBehindReferences(at, now)) return
  const wide = resolved(at.wide, isSchema(formerly) ? formerly : true)
  const narrow = resolved(at.narrow, isSchema(now) ? now : true)
  if (narrow === null || wide === null) return at.add(pointer, 'the reference leads nowhere', false)
  if (narrow === true || wide === false) return
  if (narrow === false) return at.add(pointer, 'nothing is valid here any more')
  const key = `${JSON.stringify(wide)} ${JSON.stringify(narrow)}`
  if (at.seen.has(key)) return
  if (at.seen.size >= pairsMax) return at.add(pointer, 'the schemas are too large to compare', false)
  at.seen.add(key)
  compareKeywords(at, wide === true ? {} : wide, narrow, pointer)
}

function compareKeywords(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  compareTypes(at, wide, narrow, pointer)
  compareValues(at, wide, narrow, pointer)
  compareBounds(at, wide, narrow, pointer)
  compareRequired(at, wide, narrow, pointer)
  compareProperties(at, wide, narrow, pointer)
  compareItems(at, wide, narrow, pointer)
  if (narrow['uniqueItems'] === true && wide['uniqueItems'] !== true)
    at.add(`${pointer}/uniqueItems`, 'items must be unique now')
  for (const keyword of [...entangled, ...entangling])
    if (!isDeepStrictEqual(wide[keyword], narrow[keyword]))
      at.add(`${pointer}/${keyword}`, `${keyword} has changed: this cannot be judged`, false)
  for (const keyword of entangling)
    if (narrow[keyword] !== undefined && isDeepStrictEqual(wide[keyword], narrow[keyword]))
      at.add(`${pointer}/${keyword}`, `what changed beside ${keyword} cannot be judged`, false)
  for (const keyword of Object.keys(narrow)) {
    if (judged.has(keyword) || annotations.has(keyword)) continue
    if (entangled.includes(keyword) || entangling.includes(keyword)) continue
    if (!isDeepStrictEqual(wide[keyword], narrow[keyword]) || !isSameBehindReferences(at, narrow[keyword]))
      compareUnjudged(at, { keyword, wide: wide[keyword], narrow: narrow[keyword] }, pointer)
  }
}

function compareUnjudged(
  at: Comparison,
  { keyword, wide, narrow }: { keyword: string; wide: unknown; narrow: unknown },
  pointer: string,
): void {
  const place = `${pointer}/${keyword}`
  // All of several must hold: each of them may be compared by itself where there are as many as before.
  if (keyword === 'allOf' && Array.isArray(wide) && Array.isArray(narrow) && wide.length === narrow.length)
    return narrow.forEach((each, index) => compare(at, wide[index], each, `${place}/${index}`))
  at.add(place, `${keyword} ${wide === undefined ? 'is new' : 'has changed'}: this cannot be judged`, false)
}

function compareTypes(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const now = typesOf(narrow)
  if (now === null) return
  const formerly = typesOf(wide) ?? [...allTypes]
  const gone = formerly.filter(type => !now.includes(type) && !(type === 'integer' && now.includes('number')))
  if (gone.length > 0)
    at.add(`${pointer}/type`, `${gone.join(', ')} is no type any more; it must be ${now.join(' or ')}`)
}

const allTypes = ['null', 'boolean', 'number', 'string', 'array', 'object']

function typesOf({ type }: JsonObject): readonly string[] | null {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.map(String) : null
}

/** `enum` and `const`: the values that are listed. */
function compareValues(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const now = valuesOf(narrow)
  if (now === null) return
  const place = `${pointer}/${narrow['const'] === undefined ? 'enum' : 'const'}`
  const formerly = valuesOf(wide)
  if (formerly === null) return at.add(place, 'only listed values are valid now')
  const gone = formerly.filter(value => !now.some(each => isDeepStrictEqual(each, value)))
  if (gone.length > 0) at.add(place, `no longer listed: ${shownValues(gone)}`)
}

function valuesOf(schema: JsonObject): readonly unknown[] | null {
  if (schema['const'] !== undefined) return [schema['const']]
  const { enum: values } = schema
  return Array.isArray(values) ? values : null
}

function compareBounds(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const check = (keyword: string, isStricter: (now: number, formerly: number) => boolean): void => {
    const [formerly, now] = [wide[keyword], narrow[keyword]]
    if (typeof now !== 'number') return
    if (typeof formerly !== 'number') at.add(`${pointer}/${keyword}`, `${keyword} ${now} is new`)
    else if (isStricter(now, formerly))
      at.add(`${pointer}/${keyword}`, `${keyword} was ${formerly} and is ${now} now`)
  }
  for (const keyword of lowerBounds)
    if (!isFree(keyword, narrow)) check(keyword, (now, formerly) => now > formerly)
  for (const keyword of upperBounds) check(keyword, (now, formerly) => now < formerly)
  check('multipleOf', (now, formerly) => formerly % now !== 0)
}

/** A count of at least nothing bounds nothing. */
function isFree(keyword: string, schema: JsonObject): boolean {
  return keyword.startsWith('min') && keyword !== 'minimum' && schema[keyword] === 0
}

function compareRequired(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const listed = (schema: JsonObject): readonly unknown[] => {
    const { required } = schema
    return Array.isArray(required) ? required : []
  }
  const added = listed(narrow).filter(name => !listed(wide).includes(name))
  if (added.length > 0) at.add(`${pointer}/required`, `required now: ${shownValues(added)}`)
}

/** Each property by what was valid for it before: its own schema, or that of all others. */
function compareProperties(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const [formerly, now] = [objectOf(wide['properties']), objectOf(narrow['properties'])]
  const [othersFormerly, othersNow] = [
    wide['additionalProperties'] ?? true,
    narrow['additionalProperties'] ?? true,
  ]
  for (const name of new Set([...Object.keys(formerly), ...Object.keys(now)])) {
    const place = Object.hasOwn(now, name)
      ? `${pointer}/properties/${escaped(name)}`
      : `${pointer}/additionalProperties`
    const before = Object.hasOwn(formerly, name) ? formerly[name] : othersFormerly
    const after = Object.hasOwn(now, name) ? now[name] : othersNow
    if (after === false && before !== false)
      at.add(place, `the property ${shownValues([name])} is not allowed any more`)
    else compare(at, before, after, place)
  }
  const place = `${pointer}/additionalProperties`
  if (othersNow === false && othersFormerly !== false)
    at.add(place, 'other properties are not allowed any more')
  else compare(at, othersFormerly, othersNow, place)
}

/** Lists of schemas for single places (draft-07) are left to who cannot be judged. */
function compareItems(at: Comparison, wide: JsonObject, narrow: JsonObject, pointer: string): void {
  const [formerly, now] = [wide['items'] ?? true, narrow['items'] ?? true]
  if (Array.isArray(formerly) || Array.isArray(now)) {
    if (!isDeepStrictEqual(formerly, now))
      at.add(`${pointer}/items`, 'items has changed: this cannot be judged', false)
  } else compare(at, formerly, now, `${pointer}/items`)
}

/** Follows references within a schema; what stands beside a reference counts as well. */
function resolved(root: JsonObject, schema: JsonSchema): JsonSchema | null {
  let present = schema
  for (let hops = 0; hops < 20; hops++) {
    if (!isJsonObject(present) || typeof present['$ref'] !== 'string') return present
    const { $ref, ...beside } = present
    const target = targetOf(root, $ref)
    if (!isSchema(target)) return null
    if (Object.keys(beside).every(keyword => annotations.has(keyword))) present = target
    else return { allOf: [target, beside] }
  }
  return null
}

function targetOf(root: JsonObject, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let present: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    present = isJsonObject(present) || Array.isArray(present) ? (present as JsonObject)[name] : undefined
  }
  return present
}

const referenceShape = /"\$(?:ref|dynamicRef|recursiveRef)":"([^"]*)"/g

/** Whether equal schemas mean the same: what they refer to is equal as well. */
function isSameBehindReferences({ wide, narrow }: Comparison, value: unknown): boolean {
  const references = value === undefined ? [] : [...JSON.stringify(value).matchAll(referenceShape)]
  if (references.length === 0) return true
  const areInDefinitions = references.every(([, target]) => /^#\/(?:\$defs|definitions)\//.test(target ?? ''))
  return (
    areInDefinitions &&
    isDeepStrictEqual(wide['$defs'], narrow['$defs']) &&
    isDeepStrictEqual(wide['definitions'], narrow['definitions'])
  )
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

function shownValues(values: readonly unknown[]): string {
  const shown = values
    .slice(0, 5)
    .map(value => JSON.stringify(value).slice(0, 60))
    .join(', ')
  return values.length > 5 ? `${shown} and ${values.length - 5} more` : shown
}
