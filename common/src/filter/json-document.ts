// pure
/**
 * A JSON text as a flat list of its values, in the order of the text.
 * Takes a body. Gives for each value its kind, its bytes, and the number of the value that follows it; the
 * values inside it stand between the two. In an object each member is two: its name, then its value.
 * Promises: nothing is decoded and no objects are made, so no content costs more than its length.
 * Refuses what is not JSON, nests deeper than `jsonDepthMax`, or holds more than `valuesMax` values.
 */
import { jsonDepthMax, jsonProblem } from '../domain/json-check.js'

/** What a value is. Texts with a backslash are told apart: only they must be decoded. */
export const kind = {
  object: 0,
  array: 1,
  text: 2,
  escapedText: 3,
  number: 4,
  flag: 5,
  nothing: 6,
} as const

/** The most values that a text may hold; a body of 2 MiB can hold that many, of one byte each. */
export const valuesMax = 1 << 20

/** What is kept between two bodies; a larger list is given back. */
const keptMax = 1 << 14
const keptMin = 1 << 8

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const colon = 0x3a
const noBytes = Buffer.alloc(0)

/** The values of the body read last. */
export interface JsonDocument {
  readonly bytes: Buffer
  readonly kinds: Uint8Array
  /** First byte of each value. */
  readonly starts: Int32Array
  /** The byte after each value. */
  readonly ends: Int32Array
  /** The value after each value and all that is in it. */
  readonly nexts: Int32Array
  /** Reads another body; gives null, or why it cannot be read. */
  read(body: Buffer): string | null
  /** Lets go of the body. */
  forget(): void
}

/** Makes a document without values. */
export function createJsonDocument(): JsonDocument {
  const parents = new Int32Array(jsonDepthMax)
  let [count, depth] = [0, 0]

  const add = (kindOfValue: number, start: number, end: number): boolean => {
    if (count === document.kinds.length && !grow()) return false
    document.kinds[count] = kindOfValue
    document.starts[count] = start
    document.ends[count] = end
    document.nexts[count] = ++count
    return true
  }
  const open = (kindOfValue: number, start: number): boolean => {
    parents[depth++] = count
    return add(kindOfValue, start, start)
  }
  const close = (end: number): void => {
    const parent = parents[--depth] ?? 0
    document.ends[parent] = end
    document.nexts[parent] = count
  }
  const grow = (): boolean => {
    const { kinds, starts, ends, nexts } = document
    if (kinds.length >= valuesMax) return false
    allocate(kinds.length * 2)
    document.kinds.set(kinds)
    document.starts.set(starts)
    document.ends.set(ends)
    document.nexts.set(nexts)
    return true
  }
  const allocate = (capacity: number): void => {
    document.kinds = new Uint8Array(capacity)
    document.starts = new Int32Array(capacity)
    document.ends = new Int32Array(capacity)
    document.nexts = new Int32Array(capacity)
  }

  /** Takes the value that begins at `at`; gives the place after it, or -1 when there are too many. */
  const takeScalar = (body: Buffer, at: number): number => {
    const first = body[at] ?? 0
    if (first !== quote) {
      const end = scalarEnd(body, at)
      return add(kindOfScalar(first), at, end) ? end : -1
    }
    let end = at + 1
    let kindOfText: number = kind.text
    for (let byte = body[end] ?? quote; byte !== quote; byte = body[end] ?? quote) {
      if (byte === backslash) {
        kindOfText = kind.escapedText
        end++
      }
      end++
    }
    return add(kindOfText, at, end + 1) ? end + 1 : -1
  }

  const document: { -readonly [K in keyof JsonDocument]: JsonDocument[K] } = {
    bytes: noBytes,
    kinds: new Uint8Array(0),
    starts: new Int32Array(0),
    ends: new Int32Array(0),
    nexts: new Int32Array(0),
    read(body) {
      const problem = jsonProblem(body)
      if (problem !== null) return problem
      document.bytes = body
      count = depth = 0
      let at = body[0] === 0xef ? 3 : 0
      while (at < body.length) {
        const byte = body[at] ?? 0
        if (byte <= 0x20 || byte === comma || byte === colon) at++
        else if (byte === closeBrace || byte === closeBracket) close(++at)
        else if (byte === openBrace || byte === openBracket)
          at = open(byte === openBrace ? kind.object : kind.array, at) ? at + 1 : -1
        else at = takeScalar(body, at)
        if (at < 0) return `it holds more than ${valuesMax} values`
      }
      return null
    },
    forget() {
      document.bytes = noBytes
      if (document.kinds.length > keptMax) allocate(keptMin)
    },
  }
  allocate(keptMin)
  return document
}

/** The place after a number or a word. The text is known to be JSON. */
function scalarEnd(body: Buffer, from: number): number {
  let at = from
  for (let byte = body[at] ?? 0; isInScalar(byte); byte = body[at] ?? 0) at++
  return at
}

function isInScalar(byte: number): boolean {
  return byte > 0x20 && byte !== comma && byte !== closeBrace && byte !== closeBracket
}

function kindOfScalar(first: number): number {
  if (first === 0x6e) return kind.nothing
  return first === 0x74 || first === 0x66 ? kind.flag : kind.number
}
