// pure
/**
 * Regular expressions that are held against a whole value, in linear time.
 * Takes a pattern in Java's syntax. Gives a matcher. Promises: counts letters times instructions before it
 * begins, so that what a match may cost is known and bounded; keeps no memory of what it has seen.
 * Refuses what RE2 cannot express.
 */
import { RE2JS } from 're2js'
import { FilterFailure, type Effort } from './effort.js'
import { translateJavaRegex } from './java-regex.js'
import type { TextProblem } from './path-grammar.js'

/** Whether a value matches as a whole. */
export interface Matcher {
  matches(value: string, effort: Effort): boolean
}

/** A matcher and the size of its pattern, repetitions written out. */
export interface SizedMatcher extends Matcher {
  readonly size: number
}

/** Steps per letter of a value that is only compared. */
const comparedPerStep = 8

/** Compiles a pattern of at most this size, or says what is wrong with it. */
export function compileMatcher(pattern: string, sizeMax = Infinity): SizedMatcher | TextProblem {
  const translated = translateJavaRegex(pattern)
  if ('problem' in translated) return translated
  const { text, literal, size } = translated
  if (size > sizeMax) return { problem: 'makes the patterns of the subscription too large together', at: 0 }
  if (literal !== null) return { size, matches: literalMatcher(literal) }
  try {
    RE2JS.compile(text)
  } catch (error) {
    return { problem: `is refused by RE2: ${(error as Error).message}`, at: 0 }
  }
  return { size, matches: regexMatcher(text) }
}

/** Matches this text and no other. */
export function textMatcher(text: string): Matcher {
  return { matches: literalMatcher(text) }
}

function literalMatcher(literal: string): Matcher['matches'] {
  return (value, effort) => {
    effort.spend(1 + Math.floor(literal.length / comparedPerStep))
    return value === literal
  }
}

/**
 * The program is made at the first match: most subscriptions that a process knows run in another.
 * `matcher().matches()` and not `testExact()`: the latter remembers states, up to 8 MiB a pattern, and making
 * them costs ten times as much as doing without.
 */
function regexMatcher(text: string): Matcher['matches'] {
  let compiled: RE2JS | null = null
  let instructions = 0
  return (value, effort) => {
    if (compiled === null) {
      compiled = RE2JS.compile(text)
      instructions = compiled.programSize()
    }
    effort.spend((value.length + 1) * instructions)
    try {
      return compiled.matcher(value).matches()
    } catch (error) {
      throw new FilterFailure(`a pattern could not be matched: ${(error as Error).message}`)
    }
  }
}
