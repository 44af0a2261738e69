// pure
/**
 * A message on its way from a service's database to Iris.
 * Takes what a service writes. Gives it checked, and the request that publishes it.
 * Promises: the same message makes the same request, so that Iris knows a repeat by its `Idempotency-Key`.
 * Refuses with {@link WrongMessage} what no request could carry.
 */

import { isTrimmed } from '@iris/common/http/header-rules'

/** What a service says of a message. */
export interface NewMessage {
  /** Unique; made at random when left out. What Iris and receivers know a repeat by. */
  readonly id?: string
  /** `group.topic`. */
  readonly topic: string
  /** Messages of one key keep their order; null or left out: no order. */
  readonly key?: string | null
  /** More headers; `Content-Type` is `application/json` unless it is here. */
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes as they are, a text as UTF-8, anything else as JSON. */
  readonly body: unknown
}

/** A message as it is stored. */
export interface OutboxMessage {
  readonly id: string
  readonly topic: string
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A message that cannot be sent, told by the member that is wrong. */
export class WrongMessage extends Error {
  override readonly name = 'WrongMessage'
}

export const bodyBytesMax = 10 * 1024 * 1024
const idLettersMax = 200
const keyBytesMax = 1_000
const headersMax = 50
const headerBytesMax = 8_000

/** Tells receivers which message it is; Iris passes it on where it is told to let it travel. */
export const messageIdHeader = 'Outbox-Message-Id'

/** Said by the relay, or by HTTP itself. */
const reserved = new Set([
  ...['idempotency-key', 'partition-key', messageIdHeader.toLowerCase(), 'authorization'],
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'te'],
  ...['trailer', 'content-encoding'],
])

/** Checks a message; `makeId` names one that has no id. */
export function checkedMessage(message: NewMessage, makeId: () => string): OutboxMessage {
  const { id = makeId(), topic, key = null, headers = {} } = message
  const checked = { id, topic, key, headers, body: bytesOf(message.body) }
  const problem = problemOf(checked)
  if (problem !== null) throw new WrongMessage(problem)
  return checked
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body)
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  if (body === undefined) throw new WrongMessage('body is missing')
  return Buffer.from(JSON.stringify(body), 'utf8')
}

/** What is wrong with a message, for rows that others may have written too; null for nothing. */
export function problemOf({ id, topic, key, headers, body }: OutboxMessage): string | null {
  if (!/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(id) || id.length > idLettersMax)
    return `id must be 1 to ${idLettersMax} printable ASCII letters without " and \\`
  if (typeof topic !== 'string' || !/^[\w.-]+\.[\w-]+$/.test(topic)) return 'topic must be group.topic'
  if (key !== null && !(fits(key, keyBytesMax) && isTrimmed(key)))
    return `key must be at most ${keyBytesMax} bytes long, without control characters or blanks at its ends`
  if (body.length > bodyBytesMax) return `body must be at most ${bodyBytesMax} bytes long`
  const lines = Object.entries(headers)
  if (lines.length > headersMax) return `headers: at most ${headersMax}`
  for (const [name, value] of lines) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      return `headers: ${name.slice(0, 100)} is no name of a header`
    if (reserved.has(name.toLowerCase())) return `headers: ${name} is the relay's to set`
    if (!fits(value, headerBytesMax)) return `headers: the value of ${name} cannot be sent`
  }
  return null
}

function fits(text: unknown, bytesMax: number): boolean {
  return (
    typeof text === 'string' && !/[\x00-\x08\x0a-\x1f\x7f]/.test(text) && Buffer.byteLength(text) <= bytesMax
  )
}

/** The header lines of its request. UTF-8 goes as its bytes. */
export function headersOf({ id, key, headers }: OutboxMessage): Readonly<Record<string, string>> {
  const own = Object.entries(headers).map(([name, value]) => [name, wireText(value)] as const)
  const hasType = own.some(([name]) => name.toLowerCase() === 'content-type')
  return {
    ...(hasType ? {} : { 'Content-Type': 'application/json' }),
    ...Object.fromEntries(own),
    'Idempotency-Key': `"${id}"`,
    [messageIdHeader]: id,
    ...(key === null ? {} : { 'Partition-Key': wireText(key) }),
  }
}

/** Node writes headers as latin1: one letter a byte. */
function wireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
