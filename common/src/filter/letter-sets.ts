// pure
/**
 * Sets of letters as ranges of code points, and the sets that Java's regular expressions know by name.
 * Takes names and ranges. Gives ranges. Source: the table of java.util.regex.Pattern; all but the properties
 * of Unicode are sets of ASCII there.
 */

/** From a code point to another, both in the set. */
export type LetterRange = readonly [number, number]

const letterMax = 0x10ffff

const digit: readonly LetterRange[] = [[0x30, 0x39]]
const lower: readonly LetterRange[] = [[0x61, 0x7a]]
const upper: readonly LetterRange[] = [[0x41, 0x5a]]
const space: readonly LetterRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
]

/** Where `.` stops, and what `\v` and `\R` stand for beside a tab. */
export const lineEnds: readonly LetterRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x85, 0x85],
  [0x2028, 0x2029],
]

const escapes: Readonly<Record<string, readonly LetterRange[]>> = {
  d: digit,
  s: space,
  w: [...digit, ...upper, [0x5f, 0x5f], ...lower],
  h: [
    [0x09, 0x09],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x180e, 0x180e],
    [0x2000, 0x200a],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
  ],
  v: [
    [0x0a, 0x0d],
    [0x85, 0x85],
    [0x2028, 0x2029],
  ],
}

const posix: Readonly<Record<string, readonly LetterRange[]>> = {
  Lower: lower,
  Upper: upper,
  ASCII: [[0, 0x7f]],
  Alpha: [...upper, ...lower],
  Digit: digit,
  Alnum: [...digit, ...upper, ...lower],
  Punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  Graph: [[0x21, 0x7e]],
  Print: [[0x20, 0x7e]],
  Blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  Cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  XDigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
  Space: space,
}

/** The set of `\d`, `\s`, `\w`, `\h`, `\v`, or of their capitals, which stand for all others. */
export function setOfEscape(letter: string): readonly LetterRange[] | null {
  const own = Object.hasOwn(escapes, letter.toLowerCase()) ? escapes[letter.toLowerCase()] : undefined
  if (own === undefined) return null
  return letter === letter.toLowerCase() ? own : complement(own)
}

/** The set of a name in `\p{…}` that Java means in ASCII. */
export function posixSet(name: string): readonly LetterRange[] | null {
  return Object.hasOwn(posix, name) ? (posix[name] ?? null) : null
}

/** Every letter that is not in the set. */
export function complement(ranges: readonly LetterRange[]): readonly LetterRange[] {
  const rest: LetterRange[] = []
  let next = 0
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from > next) rest.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  if (next <= letterMax) rest.push([next, letterMax])
  return rest
}

/** The set with both cases of each ASCII letter in it: what Java's flag `i` means. */
export function withBothCases(ranges: readonly LetterRange[]): readonly LetterRange[] {
  const shifted = (alphabet: LetterRange, by: number): LetterRange[] =>
    ranges.flatMap(([from, to]): LetterRange[] => {
      const [low, high] = [Math.max(from, alphabet[0]), Math.min(to, alphabet[1])]
      return low > high ? [] : [[low + by, high + by]]
    })
  return [...ranges, ...shifted([0x41, 0x5a], 0x20), ...shifted([0x61, 0x7a], -0x20)]
}
