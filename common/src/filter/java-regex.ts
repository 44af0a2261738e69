// pure
/**
 * Java's regular expressions in the words of RE2, which matches in linear time; groups capture nothing.
 * Takes a pattern of java.util.regex.Pattern. Gives one that means the same for a match of the whole value,
 * but for `$` and `\Z`, which are the end and not also the place before a last line end, and for `\b`,
 * which is about ASCII as in Java 19. Refuses, with the place, what RE2 cannot say or few ever write.
 */
import { notLinear, readEscapedLetter, readProperty, Refused } from './java-escapes.js'
import { complement, lineEnds, setOfEscape, withBothCases, type LetterRange } from './letter-sets.js'
import type { TextProblem } from './path-grammar.js'
import { letterText, rangesText, setText } from './re2-text.js'

/** A pattern that RE2 understands. */
export interface Re2Pattern {
  readonly text: string
  /** The one value that matches, where the pattern is no more than that. */
  readonly literal: string | null
  /** Letters, sets and branches with repetitions written out. */
  readonly size: number
}

/** The longest pattern, in bytes of UTF-8. */
export const patternBytesMax = 1_024
/** The size of a pattern with its repetitions written out, in letters, sets and branches. */
export const patternSizeMax = 1_024
/** The most properties such as `\p{L}`: each stands for hundreds of ranges, all of which RE2 handles. */
export const propertiesMax = 16
/** What a property adds to the size, however often it is repeated. */
const propertySize = 64
/** RE2's own bound on a counted repetition. */
export const repetitionMax = 1_000
/** How deep groups may be nested. */
export const groupDepthMax = 50

/** A part of a pattern in RE2's words, and its size. */
interface Part {
  readonly text: string
  readonly size: number
  /** The letter that it is, or null. */
  readonly letter: string | null
}

/** Translates a pattern. */
export function translateJavaRegex(pattern: string): Re2Pattern | TextProblem {
  if (Buffer.byteLength(pattern) > patternBytesMax)
    return { problem: `is longer than ${patternBytesMax} bytes`, at: 0 }
  try {
    return createTranslator(pattern).whole()
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message, at: error.at }
    throw error
  }
}

function createTranslator(pattern: string) {
  let at = 0
  /** Where a quotation of `\Q` ends; -1 outside of one. */
  let quoteEnd = -1
  let depth = 0
  let propertyCount = 0
  let flags = { i: false, s: false, m: false }

  const refuse = (problem: string, place = at): never => {
    throw new Refused(problem, place)
  }
  const peek = (): string => pattern[at] ?? ''
  const looksAt = (text: string): boolean => pattern.startsWith(text, at)
  const skip = (text: string): boolean => {
    if (!looksAt(text)) return false
    at += text.length
    return true
  }
  /** Opens and closes quotations until something else comes. */
  const skipQuoteMarks = (): void => {
    for (;;) {
      if (quoteEnd === at) {
        at = Math.min(pattern.length, at + 2)
        quoteEnd = -1
      } else if (quoteEnd < 0 && skip('\\Q')) {
        const end = pattern.indexOf('\\E', at)
        quoteEnd = end < 0 ? pattern.length : end
      } else return
    }
  }
  const isQuoted = (): boolean => quoteEnd >= 0
  const isAtEnd = (): boolean => at >= pattern.length
  const takeLetter = (): number => {
    const letter = pattern.codePointAt(at) ?? 0
    at += letter > 0xffff ? 2 : 1
    return letter
  }

  function whole(): Re2Pattern {
    const part = alternatives()
    if (!isAtEnd()) refuse('has a ) without its (')
    return { text: part.text, literal: part.letter, size: part.size + propertyCount * propertySize }
  }

  function alternatives(): Part {
    let { text, size, letter } = sequence()
    while (skip('|')) {
      const next = sequence()
      text += `|${next.text}`
      size = checkedSize(size + next.size + 1)
      letter = null
    }
    return { text, size, letter }
  }

  /** Up to the end, a `|` or a `)`. */
  function sequence(): Part {
    let text = ''
    let size = 0
    let letters: string | null = ''
    for (;;) {
      skipQuoteMarks()
      if (isAtEnd() || (!isQuoted() && (peek() === '|' || peek() === ')'))) break
      const part = repeated(atom())
      text += part.text
      size = checkedSize(size + part.size)
      letters = letters === null || part.letter === null ? null : letters + part.letter
    }
    return { text, size: Math.max(1, size), letter: letters }
  }

  function atom(): Part {
    if (isQuoted()) return letterPart(takeLetter())
    const start = at
    switch (peek()) {
      case '(':
        return group()
      case '[':
        return set()
      case '.':
        at++
        return setPart(flags.s ? '(?s:.)' : setText(complement(lineEnds)))
      case '^':
      case '$':
        if (flags.m) refuse(`has ${peek()} under the flag m, which is about lines`)
        at++
        return setPart(pattern[start] === '^' ? '\\A' : '\\z')
      case '*':
      case '+':
      case '?':
      case '{':
        return refuse(`has a ${peek()} that repeats nothing; write \\${peek()} for the letter`)
      case '\\':
        return escape()
      default:
        return letterPart(takeLetter())
    }
  }

  function group(): Part {
    const start = at++
    const before = flags
    if (++depth > groupDepthMax) refuse(`nests groups deeper than ${groupDepthMax}`, start)
    const isFlagsOnly = skip('?') && groupStart(start)
    if (isFlagsOnly) {
      depth--
      return { text: '', size: 0, letter: '' }
    }
    const inner = alternatives()
    if (!skip(')')) refuse('has a ( without its )', start)
    depth--
    flags = before
    return { text: `(?:${inner.text})`, size: inner.size, letter: null }
  }

  /** What follows `(?`; gives whether it was only flags for the rest of the present group. */
  function groupStart(start: number): boolean {
    if (skip(':')) return false
    for (const [mark, name] of unsupportedGroups)
      if (looksAt(mark)) refuse(`has ${name}, ${notLinear}`, start)
    if (skip('<')) {
      const name = /^[A-Za-z][A-Za-z0-9]*>/.exec(pattern.slice(at))?.[0]
      at += name?.length ?? refuse('has a group with a wrong name', start)
      return false
    }
    let isOn = true
    const next = { ...flags }
    for (; peek() !== ':' && peek() !== ')'; at++) {
      const flag = peek()
      if (flag === '-' && isOn) isOn = false
      else if (flag === 'i' || flag === 's' || flag === 'm') next[flag] = isOn
      else refuse(flag === '' ? 'has a ( without its )' : `has the flag ${flag}, which is not supported`)
    }
    flags = next
    return pattern[at++] === ')'
  }

  /** The part with the repetition that follows it. */
  function repeated(part: Part): Part {
    skipQuoteMarks()
    if (isQuoted() || !/^[*+?{]/.test(pattern.slice(at, at + 1))) return part
    const start = at
    const [least, most] = repetition()
    if (part.text === '') refuse('repeats nothing', start)
    if (peek() === '+') refuse(`has a possessive repetition, ${notLinear}`, start)
    skip('?')
    if (/^[*+?{]/.test(pattern.slice(at, at + 1))) refuse('repeats a repetition; put it into a group')
    const size = checkedSize(part.size * Math.max(1, most === Infinity ? least + 1 : most) + 1)
    return { text: part.text + countText(least, most), size, letter: null }
  }

  function repetition(): readonly [number, number] {
    if (skip('*')) return [0, Infinity]
    if (skip('+')) return [1, Infinity]
    if (skip('?')) return [0, 1]
    const found = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(pattern.slice(at))
    if (found === null) return refuse('has a { that is no repetition; write \\{ for the letter')
    const least = Number(found[1])
    const most = found[2] === undefined ? least : found[3] === '' ? Infinity : Number(found[3])
    if (most < least) refuse('has a repetition whose end is below its start')
    if (least > repetitionMax || (most !== Infinity && most > repetitionMax))
      refuse(`repeats more than ${repetitionMax} times`)
    at += found[0].length
    return [least, most]
  }

  function escape(): Part {
    const start = at
    const letter = pattern[start + 1] ?? refuse('ends with a \\')
    const named = setOfEscape(letter)
    if (named !== null) {
      at += 2
      return setPart(setText(named))
    }
    if (letter === 'p' || letter === 'P') return setPart(`[${propertyText()}]`)
    const place = Object.hasOwn(places, letter) ? places[letter] : undefined
    if (place !== undefined) {
      at += 2
      return setPart(place)
    }
    return letterPart(escapedLetter())
  }

  function escapedLetter(): number {
    const { letter, end } = readEscapedLetter(pattern, at)
    at = end
    return letter
  }

  /** The inside of a set that a `\\p` or `\\P` stands for. */
  function propertyText(): string {
    if (++propertyCount > propertiesMax) refuse(`has more than ${propertiesMax} properties`)
    const { property, end } = readProperty(pattern, at)
    at = end
    return typeof property === 'string' ? property : rangesText(cased(property))
  }

  function set(): Part {
    const start = at++
    const isNot = skip('^')
    let text = ''
    let ranges: LetterRange[] = []
    for (let isFirst = true; ; isFirst = false) {
      skipQuoteMarks()
      if (isAtEnd()) refuse('has a [ without its ]', start)
      if (!isQuoted() && peek() === ']' && !isFirst) break
      const item = setItem()
      text += item.text
      ranges = [...ranges, ...item.ranges]
    }
    at++
    return setPart(`[${isNot ? '^' : ''}${text}${rangesText(cased(ranges))}]`)
  }

  function setItem(): { readonly ranges: readonly LetterRange[]; readonly text: string } {
    if (!isQuoted()) {
      if (peek() === '[') refuse('has a set inside a set, which is not supported; write \\[ for the letter')
      if (looksAt('&&')) refuse('has && in a set, which is not supported; write \\& for the letter')
      if (looksAt('\\p') || looksAt('\\P')) return { ranges: [], text: propertyText() }
      const named = peek() === '\\' ? setOfEscape(pattern[at + 1] ?? '') : null
      if (named !== null) {
        at += 2
        return { ranges: named, text: '' }
      }
    }
    const start = at
    const from = setLetter()
    const isRange = !isQuoted() && peek() === '-' && !['', ']', '['].includes(pattern[at + 1] ?? '')
    if (!isRange) return { ranges: [[from, from]], text: '' }
    at++
    if (peek() === '\\' && setOfEscape(pattern[at + 1] ?? '') !== null)
      refuse('has a range that ends in a set', start)
    const to = setLetter()
    if (to < from) refuse('has a range whose end is below its start', start)
    return { ranges: [[from, to]], text: '' }
  }

  function setLetter(): number {
    return !isQuoted() && peek() === '\\' ? escapedLetter() : takeLetter()
  }

  function cased(ranges: readonly LetterRange[]): readonly LetterRange[] {
    return flags.i ? withBothCases(ranges) : ranges
  }

  function letterPart(letter: number): Part {
    const text = String.fromCodePoint(letter)
    if (!flags.i) return { text: letterText(letter), size: 1, letter: text }
    return setPart(setText(withBothCases([[letter, letter]])))
  }

  function setPart(text: string): Part {
    return { text, size: 1, letter: null }
  }

  function checkedSize(size: number): number {
    return size <= patternSizeMax
      ? size
      : refuse(`is larger than ${patternSizeMax} letters once its repetitions are written out`, 0)
  }

  return { whole }
}

const unsupportedGroups: readonly (readonly [string, string])[] = [
  ['=', 'a look ahead'],
  ['!', 'a look ahead'],
  ['<=', 'a look behind'],
  ['<!', 'a look behind'],
  ['>', 'an atomic group'],
]

/** Escapes that stand for places or for line ends. */
const places: Readonly<Record<string, string>> = {
  A: '\\A',
  z: '\\z',
  Z: '\\z',
  b: '\\b',
  B: '\\B',
  R: `(?:\\r\\n|${setText(setOfEscape('v') ?? [])})`,
}

function countText(least: number, most: number): string {
  if (most === Infinity) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`
  if (least === 0 && most === 1) return '?'
  return most === least ? `{${least}}` : `{${least},${most}}`
}
