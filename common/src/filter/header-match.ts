// pure
/**
 * The filter `headers`: the headers of a message against a table, as the headers exchange of AMQP 0-9-1 does.
 * Takes `match` and `xMatch` of a filter. Gives a check, or the member that is wrong and why.
 * A text must be the header's value letter by letter; `null` asks only that the header is there.
 */
import { isJsonObject, type JsonObject } from '../domain/json-shapes.js'
import { allOf, anyOf, headerInAnyCaseCheck, type Check } from './checks.js'
import { textMatcher } from './matcher.js'
import { absentTextOf } from './routing-key.js'

/**
 * How many of them must match. RabbitMQ looks at names that begin with `x-` only in the words that say so; in
 * HTTP such names are common, so that they are refused elsewhere and nobody wonders.
 */
const headerMatches = ['all', 'any', 'all-with-x', 'any-with-x'] as const

/** How many headers one filter may name. */
const matchedHeadersMax = 32

/** The member and what is wrong with it. */
interface MemberProblem {
  readonly member: string
  readonly wrong: string
}

/** Reads the filter. */
export function compileHeaderMatch({ match, xMatch }: JsonObject): Check | MemberProblem {
  const word = headerMatches.find(each => each === (xMatch ?? 'all'))
  if (word === undefined) return { member: 'xMatch', wrong: `must be one of ${headerMatches.join(' ')}` }
  if (!isJsonObject(match))
    return { member: 'match', wrong: 'must be an object of header names and their values' }
  const entries = Object.entries(match)
  if (entries.length > matchedHeadersMax)
    return { member: 'match', wrong: `must not name more than ${matchedHeadersMax} headers` }
  const checks: Check[] = []
  for (const [name, value] of entries) {
    const wrong = problemOf(name, value, word)
    if (wrong !== null) return { member: `match.${name}`, wrong }
    const isPresent = value === null
    const matcher = isPresent ? null : textMatcher(value as string)
    checks.push(headerInAnyCaseCheck(name, matcher, isPresent ? null : absentTextOf(name)))
  }
  return word.startsWith('any') ? anyOf(checks) : allOf(checks)
}

function problemOf(name: string, value: unknown, word: (typeof headerMatches)[number]): string | null {
  if (value !== null && typeof value !== 'string') return 'must be a text, or null for any value'
  const isLeftOut = name.toLowerCase().startsWith('x-') && (word === 'all' || word === 'any')
  return isLeftOut ? `is not looked at with xMatch ${word}: use ${word}-with-x` : null
}
