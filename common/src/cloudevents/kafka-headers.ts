// pure
/**
 * CloudEvents on the log: attributes as `ce_…` headers of the record, the data's type as `content-type`.
 * Takes attributes. Gives header lines, and back. The value of the record is the message in its envelope, as
 * for every other message. Source: the Kafka binding's "Metadata Headers".
 */
import type { Attributes } from './attributes.js'

const prefix = 'ce_'
const contentType = 'content-type'
const contentTypeName = 'datacontenttype'
const namePattern = /^[a-z0-9]+$/

/** The header lines of an event's record. */
export function eventHeaders(attributes: Attributes): (readonly [name: string, value: Buffer])[] {
  return [...attributes].map(([name, value]) => [headerOf(name), Buffer.from(value, 'utf8')] as const)
}

/** The same of attributes that were read from a record: names and values in turn. */
export function eventHeadersOf(attributes: readonly string[]): (readonly [name: string, value: Buffer])[] {
  return attributes.flatMap((name, index) =>
    index % 2 === 0 ? [[headerOf(name), Buffer.from(attributes[index + 1] ?? '', 'utf8')] as const] : [],
  )
}

/** Whether a header line of a record belongs to an event. */
export function isEventHeader(name: string): boolean {
  return name.startsWith(prefix) || name === contentType
}

/**
 * The attributes that a record's header lines hold, names and values in turn; null where they make no event,
 * whoever wrote them.
 */
export function eventOf(
  lines: readonly (readonly [name: string, value: Buffer])[],
): readonly string[] | null {
  const attributes = new Map<string, string>()
  for (const [header, value] of lines) {
    const name =
      header === contentType ? contentTypeName : header.startsWith(prefix) ? header.slice(prefix.length) : ''
    if (namePattern.test(name)) attributes.set(name, value.toString('utf8'))
  }
  const isEvent =
    attributes.get('specversion') === '1.0' && ['id', 'source', 'type'].every(name => attributes.get(name))
  return isEvent ? [...attributes].flat() : null
}

function headerOf(name: string): string {
  return name === contentTypeName ? contentType : prefix + name
}
