// pure
/**
 * A delivery of Iris, read from an HTTP request.
 * Takes headers as Node has them and the raw body. Gives id, topic, count of retries, the messages of a
 * batch, the attributes of a CloudEvent. Promises: a verified id is the signed one, so that nobody gets a
 * message processed twice by another name. Refuses a body that is not as its headers say.
 */

/** Headers by lower-case name, as `request.headers` of Node, Express and Fastify. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** One message. */
export interface Message {
  /** Unique, the same in each attempt: what has been processed is known by it. */
  readonly id: string
  /** When it was published, in milliseconds since the epoch; null for a message that came alone. */
  readonly publishedMs: number | null
  /** Headers of the publisher that travelled along, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Its JSON. */
  readonly content: unknown
}

/** What came with one request. */
export interface Delivery {
  /** Of the message; of the batch where it is one. */
  readonly id: string
  /** Whether the signature was checked. */
  readonly isVerified: boolean
  /** Said by a header that no signature covers; you know whether your subscription sends batches. */
  readonly isBatch: boolean
  /** Failed attempts so far. */
  readonly retryCount: number
  /** Null unless the subscription has `subscriptionIdentityHeadersEnabled`; the same holds for the next. */
  readonly topic: string | null
  readonly subscription: string | null
  /** Attributes of a CloudEvent in binary mode, by name without `ce-`; null for what is none. */
  readonly event: Readonly<Record<string, string>> | null
  readonly body: Buffer
  /** A header by its lower-case name; null when it is missing. */
  header(name: string): string | null
  /** The body as JSON. Throws {@link UnreadableBody}. */
  json(): unknown
  /** The messages of a batch, or the one message. Throws {@link UnreadableBody}. */
  messages(): readonly Message[]
}

/** Thrown for a body that is no JSON, or no batch; answered as a rejection. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}

/** A header by its lower-case name; the first of several. */
export function headerOf(headers: RequestHeaders, name: string): string | null {
  const value = headers[name]
  const first = typeof value === 'string' ? value : value?.[0]
  return first ?? null
}

/** Reads a request. Null when it has no id: it is not from Iris. */
export function readDelivery(headers: RequestHeaders, body: Buffer, isVerified: boolean): Delivery | null {
  const header = (name: string): string | null => headerOf(headers, name)
  const batchId = header('hermes-batch-id')
  const id = isVerified ? header('webhook-id') : (header('hermes-message-id') ?? batchId)
  if (id === null || id === '') return null
  const json = (): unknown => parse(body)
  const isBatch = batchId !== null
  return {
    id,
    isVerified,
    isBatch,
    retryCount: Number(header('hermes-retry-count') ?? 0) || 0,
    topic: header('hermes-topic-name'),
    subscription: header('hermes-subscription-name'),
    event: header('ce-specversion') === null ? null : attributesOf(headers),
    body,
    header,
    json,
    messages: () =>
      isBatch
        ? batchOf(json())
        : [{ id, publishedMs: null, headers: singleHeaders(headers), content: json() }],
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8').replace(/^\ufeff/, '')) as unknown
  } catch {
    throw new UnreadableBody('the body is not JSON')
  }
}

function singleHeaders(headers: RequestHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(headers).map(name => [name, headerOf(headers, name) ?? '']))
}

/** The wrapped form of Hermes: `{"_w":true,"metadata":{"id",…},"message":…}`, many in an array. */
function batchOf(json: unknown): readonly Message[] {
  if (!Array.isArray(json)) throw new UnreadableBody('a batch is an array')
  return json.map((element: unknown, index) => {
    const { metadata, message } = asObject(element)
    const { id, timestamp, externalMetadata } = asObject(metadata)
    if (typeof id !== 'string' || id === '')
      throw new UnreadableBody(`message ${index} of the batch has no id`)
    const lines = Object.entries(asObject(externalMetadata))
    return {
      id,
      publishedMs: typeof timestamp === 'number' ? timestamp : null,
      headers: Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), String(value)])),
      content: message,
    }
  })
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const attributePrefix = 'ce-'

/** Values are percent-encoded where they have other letters than printable ASCII. */
function attributesOf(headers: RequestHeaders): Readonly<Record<string, string>> {
  const names = Object.keys(headers).filter(name => name.startsWith(attributePrefix))
  return Object.fromEntries(
    names.map(name => [name.slice(attributePrefix.length), decoded(headerOf(headers, name) ?? '')]),
  )
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value // a lone per cent sign is one
  }
}
