// pure
/**
 * What of a message is nobody's to read.
 * Takes JSON text, or header lines, and the names of members whose values are hidden, at any depth. Gives the
 * same with stars in their places, and whether there were any. Promises: apart from those not a byte changes;
 * names are compared without regard to case, hyphens and underscores. The text must be JSON.
 */

/** What stands in the place of a hidden value. */
export const maskText = '****'
const maskJson = JSON.stringify(maskText)

/** Whether the value of a member or header with this name is hidden. */
export type IsMasked = (name: string) => boolean

/** Of names as the configuration has them. */
export function maskedNames(names: readonly string[]): IsMasked {
  const hidden = new Set(names.map(plainName))
  return hidden.size === 0 ? () => false : name => hidden.has(plainName(name))
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '')
}

export interface Masked<T> {
  readonly value: T
  readonly isMasked: boolean
}

/** Hides members of JSON text. */
export function maskJsonText(text: string, isMasked: IsMasked): Masked<string> {
  const pieces: string[] = []
  let copied = 0
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) !== quote) {
      at++
      continue
    }
    const end = endOfString(text, at)
    const colon = skipSpace(text, end)
    // In JSON only the name of a member is followed by a colon.
    if (text.charCodeAt(colon) !== colonCode || !isMasked(JSON.parse(text.slice(at, end)) as string)) {
      at = end
      continue
    }
    const from = skipSpace(text, colon + 1)
    pieces.push(text.slice(copied, from), maskJson)
    copied = at = endOfValue(text, from)
  }
  if (pieces.length === 0) return { value: text, isMasked: false }
  return { value: pieces.join('') + text.slice(copied), isMasked: true }
}

/** Hides headers. */
export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  isMasked: IsMasked,
): Masked<Readonly<Record<string, string>>> {
  const hidden = Object.keys(headers).filter(isMasked)
  if (hidden.length === 0) return { value: headers, isMasked: false }
  const stars = Object.fromEntries(hidden.map(name => [name, maskText]))
  return { value: { ...headers, ...stars }, isMasked: true }
}

const quote = 0x22
const backslash = 0x5c
const colonCode = 0x3a
const space = /[ \t\r\n]/
const opening = new Set(['{', '['])
const closing = new Set(['}', ']'])

/** Behind the quote that ends the string which begins here. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at + 1
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && space.test(text.charAt(at))) at++
  return at
}

/** Behind the value that begins here. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const char = text.charAt(at)
    if (char === '"') {
      at = endOfString(text, at)
      if (depth === 0) return at
      continue
    }
    if (opening.has(char)) depth++
    else if (closing.has(char) && depth > 0 && --depth === 0) return at + 1
    else if (depth === 0 && (char === ',' || closing.has(char) || space.test(char))) return at
    at++
  }
  return text.length
}
