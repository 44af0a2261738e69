// pure
/**
 * What the operators of the query language hold against a value.
 * Takes scalars of a query. Gives tests of a place in an object. A value has a text form, as in Java: a
 * missing one is `null`, a list `[a, b]`, an object `{a=1}`.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { HermesError } from '@iris/common/errors/hermes-error'
import type { Effort } from '@iris/common/filter/effort'
import type { Matcher } from '@iris/common/filter/matcher'
import type { Place } from './value-path.js'

export type Scalar = string | number | boolean | null
/** Whether a condition holds cannot be told yet. */
export type Unknown = 'unknown'
export type Test = (place: Place) => boolean

const intMax = 2 ** 31 - 1
const intMin = -(2 ** 31)

/**
 * The same value or the same text. As in Hermes `null` and whole numbers beyond 32 bits are equal to nothing.
 */
export function isEqual(wanted: Scalar): Test {
  if (wanted === null || isLong(wanted)) return () => false
  const text = textOf(wanted)
  return place => place !== 'nowhere' && textOf(place.value) === text
}

/** Equal to one of them. */
export function isIn(wanted: readonly Scalar[]): Test {
  const texts = new Set(wanted.filter(each => each !== null && !isLong(each)).map(textOf))
  return place => place !== 'nowhere' && place.value !== undefined && texts.has(textOf(place.value))
}

/** The pattern matches the whole text. */
export function isLike(matcher: Matcher, effort: Effort): Test {
  return place => place !== 'nowhere' && matcher.matches(textOf(place.value), effort)
}

/**
 * Greater (`sign` 1) or less (-1). As in Hermes a stored value that is no number matches, and the caller
 * hears of a missing one.
 */
export function isMore(wanted: Scalar, path: string, sign: 1 | -1): Test {
  const bound = numberOf(wanted)
  return place => {
    if (place === 'nowhere') return false
    if (bound === null) throw notNumeric(`The value '${String(wanted)}' for '${path}' is not a number`)
    if (place.value === undefined) throw notNumeric(`There is no member '${path}' to compare`)
    const number = numberOf(place.value)
    return number === null || (number - bound) * sign > 0
  }
}

/** The text form. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  // `String`: what is left of JSON are texts, numbers, yes and no; a missing value is Java's `null`.
  if (!isJsonObject(value)) return String((value as Scalar | undefined) ?? null)
  const members = Object.entries(value).map(([name, each]) => `${name}=${textOf(each)}`)
  return `{${members.join(', ')}}`
}

function isLong(value: Scalar): boolean {
  return Number.isInteger(value) && (Number(value) > intMax || Number(value) < intMin)
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

function notNumeric(problem: string): HermesError {
  return new HermesError('OTHER', problem, 400)
}
