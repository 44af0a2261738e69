// pure
/**
 * The bodies of a run: JSON that a careless broker would change.
 * Takes what the message is. Gives bytes with its id in front; and finds the id again in bytes that arrived.
 * They hold odd white space, numbers beyond 2^53, repeated members, and text that looks like our envelope.
 */
import type { Random } from '@iris/common/time/clock'
import { oneOf, wholeBetween } from './random.js'

const opening = '{"id":'
const padBytesMax = 900

/** What a careless parser, printer or envelope reader would change. */
const traps = [
  '"big":9007199254740993',
  '"one":1.0,"exponent":1E2',
  '"twice":1,"twice":2',
  '"spaced"  :\t[ 1 ,2,  3 ]',
  '"envelope":"{\\"_w\\":true,\\"metadata\\":{}},\\"message\\":"',
  '"_w":true,"metadata":{"id":"none"},"message":{"id":0}',
  '"letters":"żółć \\u00e9 \\ud83d\\ude00 \u{1f600}"',
  '"__proto__":{"polluted":true}',
]

/** The body of message `id`; some end in a line feed, which is theirs. */
export function bodyOf(id: number, key: number, sequence: number, random: Random): Buffer {
  const pad = 'x'.repeat(wholeBetween(random, 0, padBytesMax))
  const head = `${opening}${id},"key":"${keyName(key)}","sequence":${sequence}`
  return Buffer.from(`${head},${oneOf(random, traps)}, "pad":"${pad}"}${random() < 0.1 ? '\n' : ''}`)
}

/** The key as it is published. */
export function keyName(key: number): string {
  return `key-${key}`
}

/** The id in front of `body`, or 0 where there is none: then nobody published it. */
export function idIn(body: Buffer): number {
  const head = body.subarray(0, opening.length + 11).toString('latin1')
  const digits = head.startsWith(opening) ? /^\d{1,10},/.exec(head.slice(opening.length))?.[0] : undefined
  const id = digits === undefined ? 0 : Number(digits.slice(0, -1))
  return id <= 0xffff_ffff ? id : 0
}

/** The message inside a record's value, found by a second, simpler reader than the broker's own. */
export function unwrapped(value: Buffer): Buffer {
  if (value.subarray(0, opening.length).toString() === opening) return value
  const mark = ',"message":'
  const at = value.indexOf(mark)
  return at < 0 ? value : value.subarray(at + mark.length, value.length - 1)
}

/** The elements of a batch, in the bytes they came in; a body that is no array is its own only element. */
export function elementsOf(body: Buffer): readonly Buffer[] {
  if (body[0] !== bracketOpen) return [body]
  const elements: Buffer[] = []
  let depth = 0
  let begin = 0
  let isText = false
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (isText) {
      if (byte === backslash) at++
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === braceOpen || byte === bracketOpen) {
      if (++depth === 2) begin = at
    } else if (byte === braceClose || byte === bracketClose) {
      if (--depth === 1) elements.push(body.subarray(begin, at + 1))
    }
  }
  return elements
}

/** The message id in an element's metadata; empty where there is none. */
export function messageIdIn(element: Buffer): string {
  return /^\{"_w":true,"metadata":\{[^}]*?"id":"([^"]*)"/.exec(element.toString('latin1', 0, 400))?.[1] ?? ''
}

const quote = 0x22
const backslash = 0x5c
const bracketOpen = 0x5b
const bracketClose = 0x5d
const braceOpen = 0x7b
const braceClose = 0x7d
