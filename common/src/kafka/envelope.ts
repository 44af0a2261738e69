// pure
/**
 * The envelope around a JSON message in Kafka, as Hermes writes and reads it.
 * Takes metadata and the body's bytes. Gives the record's value in pieces, and back.
 * Promises: the body's bytes are neither decoded nor copied; a body that looks like an envelope confuses
 * nothing.
 */
import { endOfValue, skipSpace, walkMembers, type ByteRange } from './envelope-scan.js'

/** What travels with a message, beside its body. */
export interface EnvelopeMetadata {
  readonly timestampMs: number
  readonly id: string
  /** Propagated HTTP headers. */
  readonly externalMetadata: Readonly<Record<string, string>>
}

/** A message taken out of its envelope. `body` is a view of the record's value. */
export interface OpenedEnvelope extends EnvelopeMetadata {
  readonly body: Buffer
  /** Whether it is, byte for byte, what `wrapEnvelope` makes of this without external metadata. */
  readonly isPlain: boolean
}

/** `raw`: no envelope, the value itself is the message. `problem`: an envelope that nobody can read. */
export type EnvelopeReading = OpenedEnvelope | { readonly problem: string } | 'raw'

const opening = Buffer.from('{"_w":true,"metadata":')
const beforeBody = Buffer.from(',"message":')
const closing = Buffer.from('}')
const beforeTimestamp = Buffer.from('{"timestamp":')
const beforeId = Buffer.from(',"id":"')
const afterId = Buffer.from('","externalMetadata":{}}')
const marker = Buffer.from('"_w"')
const braceOpen = 0x7b
const braceClose = 0x7d

/** The record's value around `body`, as pieces that the wire joins. */
export function wrapEnvelope(metadata: EnvelopeMetadata, body: Buffer): Buffer[] {
  const head =
    `{"_w":true,"metadata":{"timestamp":${metadata.timestampMs},"id":${JSON.stringify(metadata.id)},` +
    `"externalMetadata":${JSON.stringify(metadata.externalMetadata)}},"message":`
  return [Buffer.from(head), body, closing]
}

/** Takes a message out of the value of a record. */
export function openEnvelope(value: Buffer): EnvelopeReading {
  return openOwnOrder(value) ?? openAnyOrder(value)
}

/** Where metadata and body stand in a value. */
interface EnvelopePlaces {
  readonly metadata: ByteRange
  readonly body: ByteRange
}

function openOwnOrder(value: Buffer): EnvelopeReading | null {
  const places = inOwnOrder(value)
  return places === null ? null : (openedPlain(value, places) ?? opened(value, places))
}

/**
 * Our member order, and Hermes': the marker, the metadata, the message. Here the body is all that stands
 * between `"message":` and the last byte, whatever it is, so its bytes are never looked at.
 */
function inOwnOrder(value: Buffer): EnvelopePlaces | null {
  if (value[opening.length] !== braceOpen || !startsWith(value, 0, opening)) return null
  const end = endOfValue(value, opening.length)
  if (end === 0 || !startsWith(value, end, beforeBody)) return null
  const last = value.length - 1
  if (value[last] !== braceClose || last < end + beforeBody.length) return null
  return {
    metadata: { start: opening.length, end },
    body: { start: end + beforeBody.length, end: last },
  }
}

/**
 * Metadata as nearly all messages have it: our writing, an id without escapes, no headers. Reading it byte by
 * byte costs a tenth of parsing it, and delivery opens every message of every subscription.
 */
function openedPlain(value: Buffer, { metadata, body }: EnvelopePlaces): OpenedEnvelope | null {
  let at = metadata.start + beforeTimestamp.length
  if (!startsWith(value, metadata.start, beforeTimestamp) || value[at] === 0x30) return null
  let timestampMs = 0
  for (let digit = value[at] ?? 0; digit >= 0x30 && digit <= 0x39; digit = value[++at] ?? 0) {
    timestampMs = timestampMs * 10 + (digit - 0x30)
  }
  const idStart = at + beforeId.length
  if (!Number.isSafeInteger(timestampMs) || timestampMs === 0 || !startsWith(value, at, beforeId)) return null
  const idEnd = metadata.end - afterId.length
  if (idEnd < idStart || !startsWith(value, idEnd, afterId)) return null
  for (let index = idStart; index < idEnd; index++) if (!isPlain(value[index] ?? 0)) return null
  return {
    timestampMs,
    id: value.toString('latin1', idStart, idEnd),
    externalMetadata: {},
    body: value.subarray(body.start, body.end),
    isPlain: true,
  }
}

/** Whether a byte stands for itself in a JSON text and in Latin-1. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
}

/**
 * Members in any order, spaced in any way, as other writers make them. A value whose top level has no marker
 * is a message without an envelope; one that cannot be walked but carries the marker's bytes is an unreadable
 * envelope.
 */
function openAnyOrder(value: Buffer): EnvelopeReading {
  const start = skipSpace(value, 0)
  if (value[start] !== braceOpen || value.indexOf(marker) < 0) return 'raw'
  const members = new Map<string, ByteRange>()
  const repeated: string[] = []
  const problem = walkMembers(value, start, (name, range) => {
    if (name !== '_w' && name !== 'metadata' && name !== 'message') return
    if (members.has(name)) repeated.push(name)
    members.set(name, range)
  })
  const mark = members.get('_w')
  const isMarked = mark !== undefined && value.toString('latin1', mark.start, mark.end) === 'true'
  if (problem !== null) return isMarked || hasMarker(value) ? { problem: `envelope: ${problem}` } : 'raw'
  if (!isMarked) return 'raw'
  if (repeated.length > 0) return { problem: `envelope: the member "${repeated[0]}" stands there twice` }
  const metadata = members.get('metadata')
  const body = members.get('message')
  if (metadata === undefined || body === undefined) {
    return { problem: `envelope: no member "${metadata === undefined ? 'metadata' : 'message'}"` }
  }
  return opened(value, { metadata, body })
}

function opened(value: Buffer, { metadata, body }: EnvelopePlaces): EnvelopeReading {
  let parsed: unknown
  try {
    parsed = JSON.parse(value.toString('utf8', metadata.start, metadata.end))
  } catch {
    return { problem: 'envelope: the metadata is not JSON' } // the parser's own words would quote the payload
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { problem: 'envelope: the metadata is not an object' }
  }
  const { timestamp, id, messageId, externalMetadata } = parsed as Record<string, unknown>
  // Hermes' public documentation calls the id `messageId`, its code `id`; writers of both kinds exist.
  const name = id ?? messageId
  if (typeof name !== 'string') return { problem: 'envelope: the metadata has no id' }
  if (!Number.isSafeInteger(timestamp)) return { problem: 'envelope: the metadata has no timestamp' }
  return {
    timestampMs: timestamp as number,
    id: name,
    externalMetadata: textsOf(externalMetadata),
    body: value.subarray(body.start, body.end),
    isPlain: false,
  }
}

/** Only texts can travel as headers: numbers and flags become texts, what has members is left out. */
function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  const simple = Object.entries(value).filter(([, text]) => text !== null && typeof text !== 'object')
  return Object.fromEntries(simple.map(([name, text]) => [name, String(text)]))
}

/** The marker as Hermes looks for it: these bytes anywhere after the first. */
function hasMarker(value: Buffer): boolean {
  return value.indexOf('"_w":true', 1) > 0
}

/** Byte by byte: for so few, a call into Node costs more than the comparison. */
function startsWith(value: Buffer, at: number, expected: Buffer): boolean {
  const { length } = expected
  if (at + length > value.length) return false
  for (let index = 0; index < length; index++) if (value[at + index] !== expected[index]) return false
  return true
}
