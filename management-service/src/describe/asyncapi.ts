// pure
/**
 * The description of topics for programs: AsyncAPI 3, one channel a topic.
 * Takes topics with their schemas. Gives the document: what a frontend receives at which address.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { Topic } from '@iris/common/domain/topic'

/** The schema of a topic's messages. */
export type MessageSchema =
  /** `dialect`: the `$schema` that it names. */
  | { readonly kind: 'json'; readonly schema: JsonObject }
  | { readonly kind: 'avro'; readonly schema: unknown }
  | { readonly kind: 'none' }
  /** There may be one, and it could not be read now. */
  | { readonly kind: 'unknown' }

export interface DescribedTopic {
  readonly topic: Topic
  readonly message: MessageSchema
}

export interface AsyncApiFacts {
  readonly version: string
  readonly frontendUrl: string
  /** The `after` of the document that goes on; null where this one ends. */
  readonly next: string | null
}

/** Makes the document. */
export function asyncApiDocument(topics: readonly DescribedTopic[], facts: AsyncApiFacts): JsonObject {
  const { protocol, host, pathname } = new URL(facts.frontendUrl)
  const path = pathname === '/' ? {} : { pathname }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Topics of Iris',
      version: facts.version,
      description: 'What may be published to which topic, and how its messages look.',
    },
    ...(facts.next === null ? {} : { 'x-iris-next': facts.next }),
    defaultContentType: 'application/json',
    servers: { frontend: { host, ...path, protocol: protocol.slice(0, -1), description: 'A frontend' } },
    channels: Object.fromEntries(topics.map(each => [each.topic.name, channelOf(each)])),
    operations: Object.fromEntries(topics.map(({ topic }) => [`publish.${topic.name}`, operationOf(topic)])),
    components: { schemas: { PublishHeaders: publishHeaders } },
  }
}

function channelOf({ topic, message }: DescribedTopic): JsonObject {
  const { name, description, owner } = topic
  return {
    address: `/topics/${name}`,
    servers: [{ $ref: '#/servers/frontend' }],
    ...(description === '' ? {} : { description }),
    messages: { message: messageOf(topic, message) },
    'x-iris-owner': owner,
  }
}

function messageOf({ name, contentType }: Topic, message: MessageSchema): JsonObject {
  return {
    name,
    contentType: contentType === 'AVRO' ? 'avro/binary' : 'application/json',
    headers: { $ref: '#/components/schemas/PublishHeaders' },
    ...payloadOf(message),
  }
}

/** A schema in a language of its own is wrapped, as the specification has it. */
function payloadOf(message: MessageSchema): JsonObject {
  if (message.kind === 'unknown') return { description: 'Its schema could not be read now; ask again' }
  if (message.kind === 'none') return { description: 'Any message of its content type' }
  const schemaFormat =
    message.kind === 'avro' ? 'application/vnd.apache.avro+json;version=1.9.0' : jsonFormatOf(message.schema)
  return { payload: { schemaFormat, schema: message.schema } }
}

function jsonFormatOf(schema: JsonObject): string {
  const isOld = String(schema['$schema']).includes('draft-07')
  return `application/schema+json;version=${isOld ? 'draft-07' : 'draft-2020-12'}`
}

function operationOf({ name }: Topic): JsonObject {
  const channel = `#/channels/${name}`
  return {
    action: 'receive',
    channel: { $ref: channel },
    summary: `A publisher sends a message to ${name}`,
    bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
    messages: [{ $ref: `${channel}/messages/message` }],
  }
}

const text = (description: string): JsonObject => ({ type: 'string', description })

const publishHeaders = {
  type: 'object',
  properties: {
    'Partition-Key': text('Messages with the same key keep their order'),
    'Idempotency-Key': text('The message is stored once, however often it is sent with this key'),
    'Deliver-At': text('When it shall be delivered: a date, or milliseconds since the epoch'),
    'Deliver-After': text('In how long: seconds, or an ISO duration'),
    'Schema-Version': text('Of an AVRO topic: the version that the message was written with'),
    Prefer: text('`respond-async`: answer once it is safe on the disk of the frontend'),
  },
}
