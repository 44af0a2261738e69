// pure
/**
 * What a record is published with: the headers of its request and its own.
 * Takes the headers of the request, and those of a record. Gives them as if the record had been sent alone:
 * its own win, and what describes the request's body stays behind.
 */
import { hopByHopHeaders } from '@iris/common/http/raw-headers'
import type { SentHeaders } from '../publish/origin.js'

/** True of one message only, so never of all records of a request. */
const ofOneMessage = new Set(['idempotency-key', 'prefer', 'expect'])

function isOfRecords(lowerName: string): boolean {
  if (hopByHopHeaders.has(lowerName) || ofOneMessage.has(lowerName)) return false
  return !lowerName.startsWith('content-') && !lowerName.startsWith('ce-')
}

/** The headers that every record of a request has. */
export function sharedHeaders(rawHeaders: readonly string[], recordType: string): SentHeaders {
  const raw = ['Content-Type', recordType]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (isOfRecords(name.toLowerCase())) raw.push(name, rawHeaders[index + 1] as string)
  }
  return sentHeaders(raw)
}

/** A record's own headers before the shared ones. */
export function withOwnHeaders(shared: SentHeaders, own: readonly string[]): SentHeaders {
  if (own.length === 0) return shared
  const raw = [...own]
  const names = new Set(own.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()))
  for (let index = 0; index < shared.rawHeaders.length; index += 2) {
    const name = shared.rawHeaders[index] as string
    if (!names.has(name.toLowerCase())) raw.push(name, shared.rawHeaders[index + 1] as string)
  }
  return sentHeaders(raw)
}

/** Names and values in turn, as Node would show them: the first of a repeated name counts. */
export function sentHeaders(rawHeaders: readonly string[]): SentHeaders {
  const headers = Object.create(null) as Record<string, string | undefined>
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    headers[name] ??= rawHeaders[index + 1]
  }
  return { headers, rawHeaders }
}
