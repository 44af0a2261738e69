// pure
/**
 * Hermes' query language: a JSON document that says which objects are meant.
 * Takes a body. Gives a query that judges JSON objects.
 * Refuses what is no query with Hermes' texts, and more than `conditionsMax` conditions. Patterns match in
 * linear time; one that cannot is refused like one that is no pattern.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { createEffort, FilterFailure, type Effort } from '@iris/common/filter/effort'
import { compileMatcher, type Matcher } from '@iris/common/filter/matcher'
import { isIn, isLike, isEqual, isMore, type Scalar, type Test, type Unknown } from './tests.js'
import { parsePath, valueAt } from './value-path.js'

/** One way to read a document. */
export interface Query {
  /** Says whether an object is meant. Throws a refusal where a comparison makes no sense for it. */
  isMeant(object: JsonObject): boolean
}

/** A document in both ways that it is read. */
export interface Queries {
  /** A missing member is the text `null`. */
  readonly whole: Query
  /** An object of which only some members are there yet: what hangs on others counts as a match. */
  readonly partial: Query
}

/** Conditions of one document: each is held against every object. */
export const conditionsMax = 100
/** Steps of all its patterns over all objects, a second or two at most. */
const patternStepsMax = 50_000_000
/** Those over one object, some 100 ms at most: nobody else gets a turn meanwhile. */
export const objectStepsMax = 5_000_000

type Judge = (object: JsonObject, isPartial: boolean) => boolean | Unknown

/** Reads a document. */
export function parseQuery(body: unknown): Queries {
  if (!isJsonObject(body) || !Object.hasOwn(body, 'query'))
    throw malformed("JSON object must contain 'query' attribute")
  const effort = createQueryEffort()
  const budget = { left: conditionsMax, effort }
  const { query } = body
  // Hermes looks for members only: a document that has none means all.
  const judge = isJsonObject(query) ? allOf(entriesOf(query, budget)) : () => true
  const judged = (object: JsonObject, isPartial: boolean): boolean | Unknown =>
    judgedWithin(effort, judge, object, isPartial)
  return {
    whole: { isMeant: object => judged(object, false) === true },
    partial: { isMeant: object => judged(object, true) !== false },
  }
}

/** Counts the steps of one object, which a reset begins anew, and those of all. */
function createQueryEffort(): Effort {
  const [ofOne, ofAll] = [createEffort(objectStepsMax), createEffort(patternStepsMax)]
  return {
    spend(steps) {
      ofOne.spend(steps)
      ofAll.spend(steps)
    },
    spent: ofAll.spent,
    reset: ofOne.reset,
  }
}

function judgedWithin(
  effort: Effort,
  judge: Judge,
  object: JsonObject,
  isPartial: boolean,
): boolean | Unknown {
  effort.reset()
  try {
    return judge(object, isPartial)
  } catch (error) {
    if (!(error instanceof FilterFailure)) throw error
    throw new HermesError('OTHER', 'The patterns cost too much for all that is there; ask for less', 400)
  }
}

interface Budget {
  /** Conditions that may still come. */
  left: number
  readonly effort: Effort
}

function entriesOf(entries: JsonObject, budget: Budget): readonly Judge[] {
  return Object.entries(entries).map(([name, value]) => {
    if (--budget.left < 0) throw malformed(`A query has at most ${conditionsMax} conditions`)
    switch (name.toLowerCase()) {
      case 'and':
        return allOf(partsOf(value, budget))
      case 'or':
        return anyOf(partsOf(value, budget))
      case 'not':
        return not(onlyEntryOf(value, budget))
      default:
        if (isOperator(name.toLowerCase())) throw malformed()
        return conditionOf(name, value, budget.effort)
    }
  })
}

function partsOf(value: unknown, budget: Budget): readonly Judge[] {
  return listOf(value).map(part => {
    if (!isJsonObject(part)) throw malformed()
    return allOf(entriesOf(part, budget))
  })
}

function onlyEntryOf(value: unknown, budget: Budget): Judge {
  if (!isJsonObject(value)) throw malformed()
  const [entry, ...others] = entriesOf(value, budget)
  if (entry === undefined || others.length > 0) throw malformed()
  return entry
}

const makers = {
  eq: value => isEqual(scalarOf(value)),
  ne: value => {
    const test = isEqual(scalarOf(value))
    return place => place === 'nowhere' || !test(place)
  },
  like: (value, _path, effort) => isLike(patternOf(scalarOf(value)), effort),
  in: value => isIn(listOf(value).map(scalarOf)),
  gt: (value, path) => isMore(scalarOf(value), path, 1),
  lt: (value, path) => isMore(scalarOf(value), path, -1),
} satisfies Readonly<Record<string, (value: unknown, path: string, effort: Effort) => Test>>

function isOperator(name: string): name is keyof typeof makers {
  return Object.hasOwn(makers, name)
}

function conditionOf(path: string, value: unknown, effort: Effort): Judge {
  const test = testOf(path, value, effort)
  const steps = parsePath(path)
  return (object, isPartial) => {
    const found = valueAt(object, steps)
    const isMissing = found === 'nowhere' || found.value === undefined
    return isPartial && isMissing ? 'unknown' : test(found)
  }
}

function testOf(path: string, value: unknown, effort: Effort): Test {
  if (!isJsonObject(value)) return isEqual(scalarOf(value))
  const [operator, ...others] = Object.entries(value)
  const name = operator?.[0].toLowerCase() ?? ''
  if (operator === undefined || others.length > 0 || !isOperator(name)) throw malformed()
  return makers[name](operator[1], path, effort)
}

function allOf(judges: readonly Judge[]): Judge {
  return (object, isPartial) => {
    let isKnown = true
    for (const judge of judges) {
      const verdict = judge(object, isPartial)
      if (verdict === false) return false
      isKnown &&= verdict === true
    }
    return isKnown || 'unknown'
  }
}

function anyOf(judges: readonly Judge[]): Judge {
  return (object, isPartial) => {
    let isKnown = true
    for (const judge of judges) {
      const verdict = judge(object, isPartial)
      if (verdict === true) return true
      isKnown &&= verdict === false
    }
    return isKnown ? false : 'unknown'
  }
}

function not(judge: Judge): Judge {
  return (object, isPartial) => {
    const verdict = judge(object, isPartial)
    return verdict === 'unknown' ? verdict : !verdict
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw malformed('Element value was expected to be an array')
}

function scalarOf(value: unknown): Scalar {
  if (value === null || typeof value !== 'object') return value as Scalar
  throw malformed("The node value wasn't present")
}

function patternOf(value: Scalar): Matcher {
  const matcher = compileMatcher(String(value))
  if ('matches' in matcher) return matcher
  // Hermes answers 500 for what its caller wrote; the text is the same.
  throw new HermesError('OTHER', `Could not parse regexp pattern: '${String(value)}'`, 400, undefined, {
    fix: `The pattern ${matcher.problem} (at ${matcher.at})`,
  })
}

function malformed(problem = 'Query could not be parsed'): HermesError {
  return refusal('FORMAT_ERROR', { problem })
}
