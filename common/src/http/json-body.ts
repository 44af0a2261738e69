// pure
/**
 * A JSON text from outside as a value.
 * Takes bytes. Gives what they say, without any `__proto__` member.
 * Refuses bytes that are not UTF-8, not JSON, or nested deeper than the bound: `FORMAT_ERROR`, never a stack
 * overflow.
 */
import { isUtf8 } from 'node:buffer'
import { refusal } from '../errors/hermes-error.js'

/** Levels of `{` and `[` that a body may have; Hermes' own bodies have five. */
export const jsonDepthMax = 64

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** Parses a body; no bytes are `null`, as in Hermes. */
export function parseJsonBody(bytes: Buffer, depthMax: number = jsonDepthMax): unknown {
  if (bytes.length === 0) return null
  if (!isUtf8(bytes)) throw refusal('FORMAT_ERROR', { problem: 'The body is not UTF-8 text' })
  if (depthOf(bytes) > depthMax) {
    throw refusal('FORMAT_ERROR', { problem: `The body is nested deeper than ${depthMax} levels` })
  }
  try {
    return JSON.parse(bytes.toString('utf8'), withoutPrototype)
  } catch (error) {
    throw refusal('FORMAT_ERROR', { problem: `The body is not JSON: ${(error as Error).message}` })
  }
}

/** The deepest nesting of a text that may or may not be JSON. */
export function depthOf(bytes: Buffer): number {
  let depth = 0
  let deepest = 0
  let isText = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (isText) {
      if (byte === backslash) index++
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === openBrace || byte === openBracket) deepest = Math.max(deepest, ++depth)
    else if (byte === closeBrace || byte === closeBracket) depth--
  }
  return deepest
}

/** Unknown members are ignored everywhere; this one could do harm on its way there. */
function withoutPrototype(name: string, value: unknown): unknown {
  return name === '__proto__' ? undefined : value
}
