// pure
/**
 * What a backslash begins in Java's regular expressions, when it stands for a letter or a property.
 * Takes a pattern and the place of the backslash. Gives the letter or the set, and the place after it.
 * Refuses what RE2 has no word for.
 */
import { complement, posixSet, type LetterRange } from './letter-sets.js'

/** Thrown for a pattern that cannot be translated. */
export class Refused extends Error {
  constructor(
    override readonly message: string,
    readonly at: number,
  ) {
    super(message)
  }
}

export const notLinear = 'which cannot be matched in linear time'

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }

/** Letters by their number, without the backslash. */
const numberForms: readonly (readonly [RegExp, number])[] = [
  [/^0([0-3][0-7]{2}|[0-7]{1,2})/, 8],
  [/^x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/, 16],
  [/^u([0-9a-fA-F]{4})/, 16],
]

interface EscapedLetter {
  readonly letter: number
  readonly end: number
}

/** The letter behind a backslash, outside or inside a set. */
export function readEscapedLetter(pattern: string, at: number): EscapedLetter {
  const rest = pattern.slice(at + 1)
  const first = rest[0]
  if (first === undefined) throw new Refused('ends with a \\', at)
  for (const [form, base] of numberForms) {
    const found = form.exec(rest)
    if (found === null) continue
    const letter = parseInt(found[1] ?? found[2] ?? '', base)
    return wholeLetter(pattern, { letter, end: at + 1 + found[0].length }, at)
  }
  if (first === 'c' && rest.length > 1) return { letter: (rest.codePointAt(1) ?? 0) ^ 0x40, end: at + 3 }
  const control = Object.hasOwn(controls, first) ? controls[first] : undefined
  if (control !== undefined) return { letter: control, end: at + 2 }
  if (/[1-9k]/.test(first)) throw new Refused(`has a back reference, ${notLinear}`, at)
  if (/[A-Za-z0]/.test(first)) throw new Refused(`has \\${first}, which is not supported`, at)
  const letter = rest.codePointAt(0) ?? 0
  return { letter, end: at + 1 + String.fromCodePoint(letter).length }
}

/** Two escapes of UTF-16 halves are one letter, as in Java. */
function wholeLetter(pattern: string, { letter, end }: EscapedLetter, at: number): EscapedLetter {
  if (letter > 0x10ffff) throw new Refused('names a letter that does not exist', at)
  if (letter < 0xd800 || letter > 0xdfff) return { letter, end }
  const low = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(pattern.slice(end))
  if (letter > 0xdbff || low === null) throw new Refused('has half a letter of UTF-16', at)
  const whole = 0x10000 + (letter - 0xd800) * 0x400 + (parseInt(low[1] ?? '', 16) - 0xdc00)
  return { letter: whole, end: end + low[0].length }
}

/** `\p{…}`, `\pL` and their capitals: a set of ASCII, or RE2's own word for a property of Unicode. */
export function readProperty(
  pattern: string,
  at: number,
): { readonly property: readonly LetterRange[] | string; readonly end: number } {
  const found = /^\\([pP])(?:\{([^}]*)\}|([A-Z]))/.exec(pattern.slice(at))
  if (found === null) throw new Refused('has a \\p without a name', at)
  const end = at + found[0].length
  const [isNot, name] = [found[1] === 'P', found[2] ?? found[3] ?? '']
  const ascii = posixSet(name)
  if (ascii !== null) return { property: isNot ? complement(ascii) : ascii, end }
  const unicode = /^(?:Is|(?:general_category|gc|script|sc)=)?([A-Z][A-Za-z_]*)$/.exec(name)?.[1]
  if (unicode === undefined || /^(?:In|ALL$)/.test(name))
    throw new Refused(`has \\p{${name}}, which is not supported`, at)
  return { property: `\\${isNot ? 'P' : 'p'}{${unicode}}`, end }
}
