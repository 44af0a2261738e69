// pure
/**
 * The filters of a subscription as their author wrote them.
 * Takes JSON objects and the content type of the topic. Gives checks, or the first thing that is wrong, with
 * its place. Types of Hermes: `jsonpath`, `avropath`, `header`; ours: `pattern`, `headers`, `latest`,
 * `number`, `exists`, `and`, `or`, `not`. Members that a type does not know are left alone, as in Hermes.
 * Bounds: `filtersMax` filters, those inside others included; `patternsSizeMax` over their patterns.
 */
import { avroTextsCheck, parseAvroPath } from './avro-path.js'
import { isJsonObject, type JsonObject } from '../domain/json-shapes.js'
import type { ContentType } from '../domain/topic-form.js'
import {
  allOf,
  anyOf,
  existsCheck,
  headerCheck,
  headerInAnyCaseCheck,
  not,
  numbersCheck,
  operators,
  textsCheck,
  type Check,
  type Operator,
  type Strategy,
} from './checks.js'
import { compileHeaderMatch } from './header-match.js'
import { latestCheck } from './latest.js'
import { compileMatcher, type Matcher } from './matcher.js'
import { parsePath, type PathStep, type TextProblem } from './path-grammar.js'
import { absentTextOf } from './routing-key.js'
import { compileTopicPattern } from './topic-pattern.js'

/** The most filters of a subscription. */
export const filtersMax = 32

/** The size of all patterns of a subscription: compiling them takes up to 20 ms then. */
export const patternsSizeMax = 8_192

/** One filter of a subscription's list. */
export interface NamedCheck {
  readonly type: string
  readonly check: Check
}

/** Types that look into one kind of messages only. */
const pathTypes = { JSON: 'jsonpath', AVRO: 'avropath' } as const
const commonTypes = [
  'header',
  'headers',
  'pattern',
  'latest',
  'number',
  'exists',
  'and',
  'or',
  'not',
] as const

/** What a filter can be. */
export type FilterType = (typeof pathTypes)[ContentType] | (typeof commonTypes)[number]

class FormProblem extends Error {}

/** Whether there is such a type. */
export function isFilterType(type: unknown): type is FilterType {
  return fitsContentType(type, 'JSON') || fitsContentType(type, 'AVRO')
}

/** Whether messages of this content type can be judged by filters of this type. */
export function fitsContentType(type: unknown, contentType: ContentType): boolean {
  return type === pathTypes[contentType] || commonTypes.some(each => each === type)
}

/** Reads a list of filters. */
export function readFilterForms(
  filters: readonly JsonObject[],
  contentType: ContentType,
): readonly NamedCheck[] | { readonly problem: string } {
  try {
    const reader = createFormReader(contentType)
    return filters.map((filter, index) => ({
      type: String(filter['type']),
      check: reader(filter, `filters[${index}]`),
    }))
  } catch (error) {
    if (error instanceof FormProblem) return { problem: error.message }
    throw error
  }
}

function createFormReader(contentType: ContentType): (filter: JsonObject, place: string) => Check {
  let count = 0
  let sizeLeft = patternsSizeMax

  const read = (filter: JsonObject, place: string): Check => {
    if (++count > filtersMax) throw wrong('filters', `must not hold more than ${filtersMax} filters in all`)
    const { type } = filter
    checkType(type, place)
    switch (type) {
      case 'jsonpath':
        return textsCheck(pathOf(filter, place), strategyOf(filter), regexOf(filter, place))
      case 'avropath': {
        const steps = usable(parseAvroPath(textOf(filter, 'path', place)), `${place}.path`)
        return avroTextsCheck(steps, strategyOf(filter), regexOf(filter, place))
      }
      case 'header':
        return headerCheck(textOf(filter, 'header', place), regexOf(filter, place))
      case 'headers': {
        const check = compileHeaderMatch(filter)
        if (typeof check === 'function') return check
        throw wrong(`${place}.${check.member}`, check.wrong)
      }
      case 'latest': {
        if (place.includes('.')) throw wrong(place, 'must stand by itself: latest remembers what passes it')
        const key = pathOf(filter, place, 'key')
        return latestCheck(key, filter['version'] === undefined ? null : pathOf(filter, place, 'version'))
      }
      case 'pattern': {
        const matcher = usable(compileTopicPattern(textOf(filter, 'pattern', place)), `${place}.pattern`)
        return headerOrPath(filter, place, matcher)
      }
      case 'number':
        return numbersCheck(pathOf(filter, place), strategyOf(filter), ...comparisonOf(filter, place))
      case 'exists':
        return headerOrPath(filter, place, null)
      case 'not':
        return not(read(objectOf(filter['filter'], `${place}.filter`), `${place}.filter`))
      default:
        return (type === 'and' ? allOf : anyOf)(listOf(filter, place))
    }
  }
  const regexOf = (filter: JsonObject, place: string): Matcher => {
    const matcher = usable(compileMatcher(textOf(filter, 'matcher', place), sizeLeft), `${place}.matcher`)
    sizeLeft -= matcher.size
    return matcher
  }
  const listOf = (filter: JsonObject, place: string): readonly Check[] => {
    const inner = filter['filters']
    if (!Array.isArray(inner) || inner.length === 0)
      throw wrong(`${place}.filters`, 'must be a list of filters')
    return inner.map((each, index) => {
      const innerPlace = `${place}.filters[${index}]`
      return read(objectOf(each, innerPlace), innerPlace)
    })
  }
  /** Hermes' sentence for a type that does not fit; a filter inside another is named as well. */
  const checkType = (type: unknown, place: string): void => {
    if (!fitsContentType(type, contentType)) {
      const name = typeof type === 'string' ? type : 'null'
      const sentence = `Message filter type ${name} doesn't match topic content type ${contentType}`
      throw new FormProblem(place.includes('.') ? `${sentence} (at ${place})` : sentence)
    }
  }
  return read
}

function headerOrPath(filter: JsonObject, place: string, matcher: Matcher | null): Check {
  const [hasHeader, hasPath] = [filter['header'] !== undefined, filter['path'] !== undefined]
  if (hasHeader === hasPath) throw wrong(place, 'needs either a header or a path')
  if (hasHeader) {
    const name = textOf(filter, 'header', place)
    return headerInAnyCaseCheck(name, matcher, matcher === null ? null : absentTextOf(name))
  }
  const steps = pathOf(filter, place)
  return matcher === null ? existsCheck(steps) : textsCheck(steps, strategyOf(filter), matcher)
}

function pathOf(filter: JsonObject, place: string, member = 'path'): readonly PathStep[] {
  return usable(parsePath(textOf(filter, member, place)), `${place}.${member}`)
}

function comparisonOf(filter: JsonObject, place: string): readonly [Operator, number] {
  const { operator, value } = filter
  const known = operators.find(each => each === operator)
  if (known === undefined) throw wrong(`${place}.operator`, `must be one of ${operators.join(' ')}`)
  if (typeof value !== 'number') throw wrong(`${place}.value`, 'must be a number')
  return [known, value]
}

/** Letter case does not count, and an unknown word means all, as in Hermes. */
function strategyOf({ matchingStrategy }: JsonObject): Strategy {
  return typeof matchingStrategy === 'string' && matchingStrategy.toLowerCase() === 'any' ? 'any' : 'all'
}

function textOf(filter: JsonObject, member: string, place: string): string {
  const value = filter[member]
  if (typeof value === 'string') return value
  throw wrong(`${place}.${member}`, value === undefined ? 'must not be null' : 'must be a text')
}

function objectOf(value: unknown, place: string): JsonObject {
  if (isJsonObject(value)) return value
  throw wrong(place, 'must be a filter')
}

function usable<T extends object>(compiled: T | TextProblem, place: string): T {
  if (!('problem' in compiled)) return compiled
  throw wrong(place, `${compiled.problem} (at position ${compiled.at})`)
}

function wrong(place: string, problem: string): FormProblem {
  return new FormProblem(`Subscription.${place} ${problem}`)
}
