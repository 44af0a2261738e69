// pure
/**
 * What an answer says about the message: stored, surely not stored, or nobody knows.
 * Takes a reply. Gives the kind of record that the oracle goes by.
 * Source: docs/rest/publishing.md; whatever is not said to be stored or not stored is unknown.
 */
import { kinds } from '../records.js'
import type { Reply } from './exchange.js'

/** What is known of a message after an answer. */
export interface Outcome {
  /** One of `kinds.ok`, `kinds.refused` and `kinds.unknown`. */
  readonly kind: number
  readonly status: number
  /** Empty where the answer named none. */
  readonly messageId: string
}

/** Codes of a 5xx that say that the message is not stored; every other 5xx leaves it open. */
const surelyNotStored: ReadonlySet<string> = new Set([
  'MESSAGE_NOT_SENT',
  'OVERLOADED',
  'NOT_READY',
  'SPOOL_FULL',
  'SPOOL_FAILED',
])

/** What says that a message is safe, where no other answer was asked for. */
const stored: readonly number[] = [201]

/** The fate of a message by status and code; `safe` are the statuses that say that it is kept. */
export function fateOf(status: number, code: string, safe = stored): number {
  if (safe.includes(status)) return kinds.ok
  const isRefused = (status >= 400 && status < 500 && status !== 408) || surelyNotStored.has(code)
  return isRefused ? kinds.refused : kinds.unknown
}

/** The outcome of a request with one message. */
export function outcomeOf(reply: Reply, safe = stored): Outcome {
  const messageId = reply.headers['hermes-message-id']
  return {
    kind: reply.isUnsent ? kinds.refused : fateOf(reply.status, codeIn(reply.body), safe),
    status: reply.status,
    messageId: typeof messageId === 'string' ? messageId : '',
  }
}

/** The code in the body of an error, empty where there is none. */
export function codeIn(body: string): string {
  return /"code":"(\w+)"/.exec(body)?.[1] ?? ''
}
