// pure
/**
 * The kinds of filters, ready to be asked about a message.
 * Takes what was read from a filter's object. Gives a check. Promises: a check of this file keeps nothing of
 * a message.
 */
import type { Effort } from './effort.js'
import { javaTextOf, rawText } from './java-text.js'
import { kind, type JsonDocument } from './json-document.js'
import type { Matcher } from './matcher.js'
import type { PathStep } from './path-grammar.js'
import type { Found, PathSearch } from './path-search.js'

/** A message as its filters see it. */
export interface InspectedMessage {
  readonly effort: Effort
  readonly search: PathSearch
  /** The body as JSON; throws `FilterFailure` where it is none. */
  document(): JsonDocument
  /** The publisher's first header of exactly this name; null without one. */
  header(name: string): string | null
  /** The same, in whatever letter case it came; the name in lower case. */
  headerInAnyCase(lowerName: string): string | null
}

/** Whether a message passes; throws `FilterFailure` where that cannot be told. */
export type Check = (message: InspectedMessage) => boolean

/** Whether all or any of the values of a path must pass. No value at all never passes. */
export type Strategy = 'all' | 'any'

/** What one value says. `never`: the message does not pass, whatever the other values are. */
type Word = 'yes' | 'no' | 'never'
type Judge = (message: InspectedMessage, document: JsonDocument, value: number) => Word

/** Measured: a text is made in the time of three or four steps. */
const stepsPerText = 4

/** How a number may be compared. */
export const operators = ['<', '<=', '>', '>=', '=', '!='] as const
export type Operator = (typeof operators)[number]

/** The texts at a path match. A JSON null among them makes the message not pass, as in Hermes. */
export function textsCheck(steps: readonly PathStep[], strategy: Strategy, matcher: Matcher): Check {
  return valuesCheck(steps, strategy, (message, document, value) => {
    if (document.kinds[value] === kind.nothing) return 'never'
    message.effort.spend(textSteps(document, value))
    return matcher.matches(javaTextOf(document, value), message.effort) ? 'yes' : 'no'
  })
}

/** The numbers at a path compare as wanted; what is no number does not pass. */
export function numbersCheck(
  steps: readonly PathStep[],
  strategy: Strategy,
  operator: Operator,
  wanted: number,
): Check {
  const compare = comparisons[operator]
  return valuesCheck(steps, strategy, (message, document, value) => {
    if (document.kinds[value] !== kind.number) return 'no'
    message.effort.spend(textSteps(document, value))
    return compare(Number(rawText(document, value)), wanted) ? 'yes' : 'no'
  })
}

/** A path leads to a value, be it null. */
export function existsCheck(steps: readonly PathStep[]): Check {
  return valuesCheck(steps, 'any', () => 'yes')
}

/** A header is there, and its value matches. */
export function headerCheck(name: string, matcher: Matcher | null): Check {
  return message => {
    const value = message.header(name)
    return value !== null && (matcher === null || matcher.matches(value, message.effort))
  }
}

/** The same for a name in whatever letter case; without the header, a text may stand for it. */
export function headerInAnyCaseCheck(
  name: string,
  matcher: Matcher | null,
  absent: string | null = null,
): Check {
  const lowerName = name.toLowerCase()
  return message => {
    const value = message.headerInAnyCase(lowerName) ?? absent
    return value !== null && (matcher === null || matcher.matches(value, message.effort))
  }
}

/** All of the checks pass; the first that does not ends it. */
export function allOf(checks: readonly Check[]): Check {
  return message => {
    for (const check of checks) if (!check(message)) return false
    return true
  }
}

/** One of the checks passes; the first that does ends it. */
export function anyOf(checks: readonly Check[]): Check {
  return message => {
    for (const check of checks) if (check(message)) return true
    return false
  }
}

/** The check does not pass. */
export function not(check: Check): Check {
  return message => !check(message)
}

const comparisons: Readonly<Record<Operator, (value: number, wanted: number) => boolean>> = {
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
}

/** The state is kept beside the check, so that a message makes no closure; a check is never inside itself. */
function valuesCheck(steps: readonly PathStep[], strategy: Strategy, judge: Judge): Check {
  const ending: Word = strategy === 'all' ? 'no' : 'yes'
  let present: InspectedMessage | null = null
  let last: Word = 'no'
  const begin = (message: InspectedMessage | null): void => {
    present = message
    last = 'no'
  }
  const found: Found = value => {
    if (present === null) return false
    last = judge(present, present.document(), value)
    return last !== 'never' && last !== ending
  }
  return message => {
    message.document()
    begin(message)
    message.search(steps, found)
    const isPassed = last === 'yes'
    begin(null)
    return isPassed
  }
}

/** What it costs to make the text of a value: every value in it is taken by itself. */
function textSteps(document: JsonDocument, value: number): number {
  const values = (document.nexts[value] ?? 0) - value
  const bytes = (document.ends[value] ?? 0) - (document.starts[value] ?? 0)
  return values * stepsPerText + (bytes >> 3)
}
