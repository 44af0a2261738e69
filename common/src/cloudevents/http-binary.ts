// pure
/**
 * CloudEvents in HTTP's binary mode: attributes as `ce-…` headers, the data as the body.
 * Takes header lines, one letter a byte, or attributes. Gives the other.
 * Source: the HTTP binding's "HTTP Header Values": percent-encoding of all but printable ASCII.
 */
import { isUtf8 } from 'node:buffer'
import type { AttributeProblem, Attributes } from './attributes.js'

const prefix = 'ce-'
const contentType = 'content-type'
const encodedRun = /(?:%[0-9a-fA-F]{2})+/g
const quoted = /^"((?:[^"\\]|\\.)*)"$/
const toEncode = /[^\u0021\u0023\u0024\u0026-\u007e]/gu

/** The attributes of a request; its `Content-Type` is the data's. */
export function readBinary(rawHeaders: readonly string[]): Attributes | AttributeProblem {
  const attributes = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    const attribute =
      name === contentType ? 'datacontenttype' : name.startsWith(prefix) ? name.slice(prefix.length) : null
    // What the body is, Content-Type says; some senders say it twice.
    if (attribute === null || name === `${prefix}datacontenttype`) continue
    if (attributes.has(attribute)) return { attribute, problem: 'stands there twice' }
    attributes.set(attribute, decoded(rawHeaders[index + 1] as string))
  }
  return attributes
}

/** Header lines of attributes, name and value in turn, without the data's content type. */
export function writeBinary(attributes: readonly string[]): string[] {
  const lines: string[] = []
  for (let index = 0; index < attributes.length; index += 2) {
    const name = attributes[index] as string
    if (name !== 'datacontenttype') lines.push(prefix + name, encoded(attributes[index + 1] as string))
  }
  return lines
}

function decoded(letters: string): string {
  const bytes = Buffer.from(letters, 'latin1')
  // Who does not encode sends UTF-8, or what HTTP once meant by letters beyond ASCII.
  const text = isUtf8(bytes) ? bytes.toString('utf8') : letters
  const inside = quoted.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? text
  return inside.replace(encodedRun, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

function encoded(value: string): string {
  return value.replace(toEncode, letter =>
    [...Buffer.from(letter)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
