/**
 * An edited copy of a dead letter: a dead letter itself, with a pointer to the original.
 * Takes a new body, and a new key and headers where they shall change. Gives the copy's id. Promises: the
 * message id stays, so that the subscriber and the traces know it; with `replace` the original counts until
 * Kafka holds the copy, and no longer. Refuses a body that the topic would not take.
 */
import { z } from 'zod'
import { jsonProblem } from '@iris/common/domain/json-check'
import { isJsonObject, type JsonObject, type ValueOf } from '@iris/common/domain/json-shapes'
import { letterId, letterOffset } from '@iris/common/dead-letters/selection'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { canBeSent } from '@iris/common/http/header-rules'
import { copyOfHeader } from '@iris/common/kafka/dead-letter-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { propagatedPrefix } from '@iris/common/kafka/open-entry'
import { patchOf } from '../requests.js'
import type { TopicStore } from '../store/ports.js'
import { findLetter } from './find-letter.js'
import type { DeadLetterParts, LetterNames } from './open-letters.js'

export interface CopyParts extends Omit<DeadLetterParts, 'store'> {
  readonly store: DeadLetterParts['store'] & TopicStore
}

/** What was made. */
export const letterCopy = z.object({
  id: z.string().optional().describe('Absent where Kafka did not tell'),
  copyOf: z.string(),
})
export type LetterCopy = ValueOf<typeof letterCopy>

type Lines = readonly (readonly [name: string, value: Buffer])[]

const headersMax = 100
const members = ['body', 'text', 'key', 'headers', 'replace']

/** Stores the copy. */
export async function copyDeadLetter(
  parts: CopyParts,
  names: LetterNames,
  request: { readonly id: string; readonly body: unknown },
): Promise<LetterCopy> {
  const form = patchOf(request.body)
  const unknown = Object.keys(form).find(name => !members.includes(name))
  if (unknown !== undefined) throw invalidMember(unknown, `is none of ${members.join(', ')}`)
  const value = bodyOf(form)
  await checkBody(parts, names, value)
  const { kafkaTopic, entry } = await findLetter(parts, names, request.id)
  const headers: Lines = [
    ...propagatedOf(form, entry),
    ...entry.headers().filter(([name]) => !name.startsWith(propagatedPrefix) && name !== copyOfHeader),
    [copyOfHeader, Buffer.from(request.id)],
  ]
  const offset = await parts.letters.append(kafkaTopic, { key: keyOf(form, entry), value, headers })
  const original = letterOffset(request.id)
  if (form['replace'] === true && original !== null) {
    await parts.letters.close(kafkaTopic, [{ first: original, last: original }], 'replaced')
  }
  return { ...(offset === null ? {} : { id: letterId(offset) }), copyOf: request.id }
}

/** What the topic's publishers may not send, an editor may not either. */
async function checkBody(parts: CopyParts, { topic }: LetterNames, body: Buffer): Promise<void> {
  const stored = await parts.store.topic(topic)
  if (stored?.value.contentType !== 'JSON') return
  const problem = jsonProblem(body)
  if (problem !== null) throw invalid(`The topic takes JSON, and ${problem}`)
}

function bodyOf({ body, text }: JsonObject): Buffer {
  if (typeof text === 'string' && body === undefined) return Buffer.from(text)
  if (typeof body === 'string' && text === undefined && isBase64(body)) return Buffer.from(body, 'base64')
  throw invalid('Give the new body as text, or as body in base64')
}

function keyOf({ key }: JsonObject, entry: LogEntry): Buffer | null {
  if (key === undefined) return entry.key
  if (key === null) return null
  if (typeof key === 'string') return Buffer.from(key)
  throw invalidMember('key', 'must be a text, or null for none; left out it stays as it is')
}

function propagatedOf({ headers }: JsonObject, entry: LogEntry): Lines {
  if (headers === undefined || headers === null)
    return entry.headers().filter(([name]) => name.startsWith(propagatedPrefix))
  if (!isJsonObject(headers) || Object.keys(headers).length > headersMax)
    throw invalidMember('headers', `must be an object of at most ${headersMax} texts`)
  return Object.entries(headers).map(([name, value]) => {
    if (typeof value !== 'string' || !canBeSent(name, value))
      throw invalidMember(`headers.${name.slice(0, 100)}`, 'cannot be sent over HTTP')
    return [`${propagatedPrefix}${name}`, Buffer.from(value)] as const
  })
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
