// pure
/**
 * CloudEvents in the JSON format: one object with attributes and data.
 * Takes the bytes of an event, or attributes and data. Gives the other. Promises: the data is the bytes that
 * stand there, neither parsed nor written again; data that is not JSON travels as `data_base64`.
 */
import { jsonProblem } from '../domain/json-check.js'
import { skipSpace, walkMembers } from '../kafka/envelope-scan.js'
import type { AttributeProblem, Attributes } from './attributes.js'

/** An event taken apart. */
export interface StructuredEvent {
  readonly attributes: Attributes
  /** Null where the event has none. */
  readonly data: Buffer | null
}

/** The media type of an event in this format. */
export const structuredType = 'application/cloudevents+json'

const byteOrderMark = Buffer.from('\ufeff')
const braceOpen = 0x7b
const base64 = /^[A-Za-z0-9+/]*={0,2}$/
const int32Max = 2 ** 31 - 1

class EventProblem extends Error {
  constructor(
    readonly attribute: string,
    message: string,
  ) {
    super(message)
  }
}

/** Reads an event; `attribute` of a problem is empty where the whole is no event. */
export function readStructured(event: Buffer): StructuredEvent | AttributeProblem {
  try {
    return read(event)
  } catch (error) {
    if (error instanceof EventProblem) return { attribute: error.attribute, problem: error.message }
    throw error
  }
}

function read(event: Buffer): StructuredEvent {
  const broken = jsonProblem(event)
  if (broken !== null) throw new EventProblem('', broken)
  const start = skipSpace(event, startsWithMark(event) ? byteOrderMark.length : 0)
  if (event[start] !== braceOpen) throw new EventProblem('', 'it must be a JSON object')
  const attributes = new Map<string, string>()
  const seen = new Set<string>()
  let data: Buffer | null = null
  walkMembers(event, start, (name, range) => {
    if (seen.has(name)) throw new EventProblem(name, 'stands there twice')
    seen.add(name)
    const bytes = event.subarray(range.start, range.end)
    if (name === 'data' || name === 'data_base64') {
      if (data !== null) throw new EventProblem('data_base64', 'stands beside data; send one of them')
      data = name === 'data' ? bytes : decodedBase64(bytes)
    } else {
      const value = textOf(name, JSON.parse(bytes.toString('utf8')))
      if (value !== null) attributes.set(name, value)
    }
  })
  return { attributes, data }
}

function decodedBase64(bytes: Buffer): Buffer {
  const text: unknown = JSON.parse(bytes.toString('utf8'))
  if (typeof text !== 'string' || text.length % 4 !== 0 || !base64.test(text))
    throw new EventProblem('data_base64', 'must be a text in Base64')
  return Buffer.from(text, 'base64')
}

/** An attribute's value in its canonical text; null stands for an attribute that is not there. */
function textOf(name: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= int32Max)
    return String(value)
  throw new EventProblem(name, 'must be a text, a flag or a whole number of 32 bits')
}

/** Writes an event. `attributes`: names and values in turn. */
export function writeStructured(attributes: readonly string[], data: Buffer): Buffer {
  const members: string[] = []
  for (let index = 0; index < attributes.length; index += 2)
    members.push(`${JSON.stringify(attributes[index])}:${JSON.stringify(attributes[index + 1])}`)
  const head = `{${members.join(',')},`
  // A mark at the beginning of a message would stand inside of this one, where JSON allows none.
  const json = startsWithMark(data) ? data.subarray(byteOrderMark.length) : data
  if (jsonProblem(json) !== null) return Buffer.from(`${head}"data_base64":"${data.toString('base64')}"}`)
  return Buffer.concat([Buffer.from(`${head}"data":`), json, Buffer.from('}')])
}

function startsWithMark(bytes: Buffer): boolean {
  return bytes.length >= byteOrderMark.length && byteOrderMark.equals(bytes.subarray(0, byteOrderMark.length))
}
