// pure
/**
 * Letters and sets of letters as RE2 reads them.
 * Takes code points. Gives text in which nothing means anything else to RE2.
 */
import type { LetterRange } from './letter-sets.js'

/** A set. */
export function setText(ranges: readonly LetterRange[]): string {
  return `[${rangesText(ranges)}]`
}

/** What stands between the brackets of a set. */
export function rangesText(ranges: readonly LetterRange[]): string {
  return ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`)).join('')
}

/** A letter: letters and digits as they are, all else by number. */
export function letterText(letter: number): string {
  const text = String.fromCodePoint(letter)
  return /^[\p{L}\p{Nd}_ ]$/u.test(text) ? text : hex(letter)
}

function hex(letter: number): string {
  return `\\x{${letter.toString(16)}}`
}
