// pure
/**
 * The top-level members of a JSON object in bytes.
 * Takes a buffer and the place of its opening brace. Gives each member's name and the exact bytes of its
 * value. Promises: strings and nesting are respected, values are skipped and never parsed, one pass, no
 * recursion. Refuses what is not one whole object, with the reason and the place.
 */

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const comma = 0x2c
const braceOpen = 0x7b
const braceClose = 0x7d
const bracketOpen = 0x5b
const bracketClose = 0x5d

/**
 * Calls `onMember` for each member of the object at `start`. Gives null, or why the bytes are no such object.
 */
export function walkMembers(
  value: Buffer,
  start: number,
  onMember: (name: string, range: ByteRange) => void,
): string | null {
  let at = skipSpace(value, start + 1)
  if (value[at] === braceClose) return endOfObject(value, at)
  for (;;) {
    const nameEnd = value[at] === quote ? endOfString(value, at) : 0
    if (nameEnd === 0) return `a name was expected at byte ${at}`
    const name = textOf(value, at, nameEnd)
    at = skipSpace(value, nameEnd)
    if (value[at] !== colon) return `a colon was expected at byte ${at}`
    at = skipSpace(value, at + 1)
    const end = endOfValue(value, at)
    if (end <= at) return `a value was expected at byte ${at}`
    onMember(name, { start: at, end })
    at = skipSpace(value, end)
    if (value[at] === braceClose) return endOfObject(value, at)
    if (value[at] !== comma) return `a comma was expected at byte ${at}`
    at = skipSpace(value, at + 1)
  }
}

/** The first place from `at` on that is no JSON white space. */
export function skipSpace(value: Buffer, at: number): number {
  for (;;) {
    const byte = value[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at += 1
  }
}

/** One past the quote that ends the string begun at `start`, or 0 when nothing ends it. */
export function endOfString(value: Buffer, start: number): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === backslash) at += 1
    else if (value[at] === quote) return at + 1
  }
  return 0
}

function endOfObject(value: Buffer, brace: number): string | null {
  const rest = skipSpace(value, brace + 1)
  return rest >= value.length ? null : `something follows the object at byte ${rest}`
}

/**
 * One past the value begun at `at`, or 0. Brackets must pair in number; whether they pair in kind is not
 * asked.
 */
export function endOfValue(value: Buffer, at: number): number {
  const first = value[at]
  if (first === quote) return endOfString(value, at)
  if (first !== braceOpen && first !== bracketOpen) return endOfScalar(value, at)
  let depth = 0
  while (at < value.length) {
    const byte = value[at]
    if (byte === quote) {
      at = endOfString(value, at)
      if (at === 0) return 0
      continue
    }
    at += 1
    if (byte === braceOpen || byte === bracketOpen) depth += 1
    else if ((byte === braceClose || byte === bracketClose) && --depth === 0) return at
  }
  return 0
}

function endOfScalar(value: Buffer, start: number): number {
  for (let at = start; at < value.length; at++) {
    const byte = value[at]
    if (byte === comma || byte === braceClose || byte === quote || skipSpace(value, at) > at) return at
  }
  return 0
}

/** A name without escapes as it stands; one with escapes as JSON reads it. */
function textOf(value: Buffer, start: number, end: number): string {
  const text = value.toString('utf8', start + 1, end - 1)
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text // no JSON name, so none of those that are looked for
  }
}
