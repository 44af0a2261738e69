// pure
/**
 * Whether bytes are JSON text.
 * Takes a message body. Gives null, or what is wrong and where, in words for the publisher.
 * Promises: one pass, no recursion, no allocation; nothing is decoded, so no content costs more than its
 * length (`JSON.parse` makes objects and hashes their keys, which chosen keys turn into seconds).
 */
import { isUtf8 } from 'node:buffer'

/** The deepest nesting of objects and arrays that is accepted. */
export const jsonDepthMax = 100

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** What may come next. After a value it is always a comma or the end of what is open. */
const wantsValue = 0
const wantsValueOrEnd = 1
const wantsKey = 2
const wantsKeyOrEnd = 3
const wantsCommaOrEnd = 4

/** Classes of bytes, as bits. */
const isSpace = 1
const isPlain = 2
const isDigit = 4
const isHex = 8
const isEscape = 16
const classes = classesOfBytes()

/** The closing byte of each open object or array; a check never yields, so one stack serves all bodies. */
const closers = new Uint8Array(jsonDepthMax)

/** Null when `body` is one JSON value in UTF-8, with at most one leading byte order mark. */
export function jsonProblem(body: Uint8Array): string | null {
  const start = hasByteOrderMark(body) ? 3 : 0
  if (afterSpace(body, start) === body.length) return 'the body is empty'
  if (!isUtf8(body)) return 'the body is not UTF-8'
  return scan(body, start)
}

function scan(body: Uint8Array, start: number): string | null {
  let depth = 0
  let wants = wantsValue
  let at = start
  for (;;) {
    let byte = byteAt(body, at)
    if (byte <= 0x20) {
      at = afterSpace(body, at)
      byte = byteAt(body, at)
    }
    if (wants === wantsCommaOrEnd) {
      if (depth === 0) return at === body.length ? null : unexpected(body, at)
      const closer = closers[depth - 1]
      if (byte === closer) depth--
      else if (byte === 0x2c) wants = closer === closeBrace ? wantsKey : wantsValue
      else return unexpected(body, at)
      at++
    } else if ((wants & 1) === 1 && byte === closers[depth - 1]) {
      depth--
      at++
      wants = wantsCommaOrEnd
    } else if (wants >= wantsKey) {
      at = byte === quote ? colonEnd(body, stringEnd(body, at + 1)) : ~at
      if (at < 0) return unexpected(body, ~at)
      wants = wantsValue
    } else if (byte === openBrace || byte === openBracket) {
      if (depth === jsonDepthMax) return `nested deeper than ${jsonDepthMax} at byte ${at}`
      closers[depth++] = byte === openBrace ? closeBrace : closeBracket
      wants = byte === openBrace ? wantsKeyOrEnd : wantsValueOrEnd
      at++
    } else {
      at = scalarEnd(body, at, byte)
      if (at < 0) return unexpected(body, ~at)
      wants = wantsCommaOrEnd
    }
  }
}

/**
 * The place after a string, number or word that begins at `at`; `~place` of the first wrong byte otherwise.
 */
function scalarEnd(body: Uint8Array, at: number, byte: number): number {
  if (byte === quote) return stringEnd(body, at + 1)
  if (byte === 0x74) return wordEnd(body, at, 'true')
  if (byte === 0x66) return wordEnd(body, at, 'false')
  if (byte === 0x6e) return wordEnd(body, at, 'null')
  return numberEnd(body, at, byte)
}

function stringEnd(body: Uint8Array, from: number): number {
  const length = body.length
  let at = from
  for (;;) {
    while (at < length && isA(isPlain, body[at] as number)) at++
    const byte = byteAt(body, at)
    if (byte === quote) return at + 1
    if (byte !== backslash) return ~at
    if (byteAt(body, at + 1) === 0x75) {
      for (let digit = at + 2; digit < at + 6; digit++) if (!isA(isHex, byteAt(body, digit))) return ~digit
      at += 6
    } else {
      if (!isA(isEscape, byteAt(body, at + 1))) return ~(at + 1)
      at += 2
    }
  }
}

/** The place after the colon that follows a key; passes a wrong place of the key on. */
function colonEnd(body: Uint8Array, keyEnd: number): number {
  if (keyEnd < 0) return keyEnd
  if (byteAt(body, keyEnd) === 0x3a) return keyEnd + 1
  const at = afterSpace(body, keyEnd)
  return byteAt(body, at) === 0x3a ? at + 1 : ~at
}

function numberEnd(body: Uint8Array, from: number, first: number): number {
  let at = first === 0x2d ? from + 1 : from
  if (byteAt(body, at) === 0x30) at++
  else at = digitsEnd(body, at)
  if (at > 0 && byteAt(body, at) === 0x2e) at = digitsEnd(body, at + 1)
  if (at > 0 && (byteAt(body, at) | 0x20) === 0x65) {
    const sign = byteAt(body, at + 1)
    at = digitsEnd(body, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
  }
  return at
}

function digitsEnd(body: Uint8Array, from: number): number {
  let at = from
  while (isA(isDigit, byteAt(body, at))) at++
  return at === from ? ~at : at
}

function wordEnd(body: Uint8Array, from: number, word: string): number {
  for (let index = 0; index < word.length; index++)
    if (byteAt(body, from + index) !== word.charCodeAt(index)) return ~(from + index)
  return from + word.length
}

function afterSpace(body: Uint8Array, from: number): number {
  let at = from
  while (isA(isSpace, byteAt(body, at))) at++
  return at
}

/**
 * Zero past the end: no JSON text holds that byte. Reading past an array's end would slow every later read.
 */
function byteAt(body: Uint8Array, at: number): number {
  return at < body.length ? (body[at] as number) : 0
}

function isA(bits: number, byte: number): boolean {
  return ((classes[byte] as number) & bits) !== 0
}

function hasByteOrderMark(body: Uint8Array): boolean {
  return body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function classesOfBytes(): Uint8Array {
  const table = new Uint8Array(256)
  const mark = (bits: number, letters: string): void => {
    for (const letter of letters) table[letter.charCodeAt(0)] = (table[letter.charCodeAt(0)] ?? 0) | bits
  }
  for (let byte = 0x20; byte < 256; byte++) if (byte !== quote && byte !== backslash) table[byte] = isPlain
  mark(isSpace, ' \t\r\n')
  mark(isDigit | isHex, '0123456789')
  mark(isHex, 'abcdefABCDEF')
  mark(isEscape, '"\\/bfnrt')
  return table
}

function unexpected(body: Uint8Array, at: number): string {
  if (at >= body.length) return `not JSON: it ends too early, after ${body.length} bytes`
  return `not JSON: unexpected ${byteShown(byteAt(body, at))} at byte ${at}`
}

/** Names a byte without repeating content that a log or a terminal could trip over. */
export function byteShown(byte: number): string {
  const isPrintable = byte > 0x20 && byte < 0x7f
  return isPrintable ? String.fromCharCode(byte) : `0x${byte.toString(16).padStart(2, '0')}`
}
