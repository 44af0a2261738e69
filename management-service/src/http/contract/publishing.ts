/**
 * What the frontends promise to publishers: part of the description of the API, served elsewhere.
 */
import { z } from 'zod'
import { json, nothing, type ErrorWord, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6'
const message = z.unknown().describe('The message: it stays the bytes that were sent')

const headers = {
  'Partition-Key': words('Messages with the same key keep their order'),
  'Deliver-At': words('When it shall be delivered: a date, or milliseconds since the epoch'),
  'Deliver-After': words('In how long: seconds, or an ISO duration'),
}
const ofMessage = {
  'Idempotency-Key': words('The message is stored once, however often it is sent with this key'),
  Prefer: words('`respond-async`: answer once it is safe on the disk of the frontend'),
}
const ids = { 'Hermes-Message-Id': 'Id of the message' }

const refusals: readonly ErrorWord[] = [
  'VALIDATION_ERROR',
  'UNAUTHENTICATED',
  'AUTH_ERROR',
  'TOPIC_BLOCKED',
  'TOPIC_NOT_EXISTS',
  'TIMEOUT',
  'UNSUPPORTED_CONTENT_ENCODING',
  'THROUGHPUT_QUOTA_VIOLATION',
  'TOO_MANY_HEADERS',
  'INTERNAL_ERROR',
  'NOT_READY',
  'OVERLOADED',
]
const ofOne: readonly ErrorWord[] = [
  ...refusals,
  'MESSAGE_NOT_SENT',
  'SENDING_TO_KAFKA_TIMEOUT',
  'AVRO_SCHEMA_INVALID_METADATA',
  'SCHEMA_VERSION_DOES_NOT_EXIST',
  'SCHEMA_COULD_NOT_BE_LOADED',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_MISSING',
  'IDEMPOTENCY_KEY_IN_USE',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_UNAVAILABLE',
  'SPOOL_FULL',
  'SPOOL_FAILED',
  'SPOOL_UNCLEAR',
  'RESPOND_ASYNC_UNAVAILABLE',
]
const ofMany: readonly ErrorWord[] = [
  ...refusals,
  'UNSUPPORTED_MEDIA_TYPE',
  'REQUEST_TOO_LARGE',
  'TOO_MANY_RECORDS',
]

const results = z.object({
  records: z.int(),
  stored: z.int(),
  accepted: z.int().optional(),
  failed: z.int(),
  results: z.array(
    z.object({
      index: z.int(),
      status: z.int(),
      messageId: z.string().optional(),
      code: z.string().optional(),
      message: z.string().optional(),
      location: z.string().optional(),
      deliverAt: z.string().optional(),
      scheduleId: z.string().optional(),
      idempotentReplay: z.literal(true).optional(),
    }),
  ),
  unread: z.object({ code: z.string(), message: z.string() }).loose().optional(),
})
const stored = { records: 1, stored: 1, failed: 0, results: [{ index: 0, status: 201, messageId: id }] }
const types = ['application/json', 'application/x-ndjson']
const answers = {
  200: { ...json(results, stored), description: 'Every record is stored' },
  207: {
    ...json(results, {
      ...{ records: 1, stored: 0, failed: 1 },
      results: [
        { index: 0, status: 400, messageId: id, code: 'VALIDATION_ERROR', message: 'Invalid message' },
      ],
    }),
    description: 'Some are not: each says what became of it',
  },
}

const fate = z.object({
  id: z.string(),
  topic: z.string(),
  status: z.enum(['ACCEPTED', 'STORED', 'DELIVERED', 'FAILED']),
  acceptedAt: z.string(),
  storedAt: z.string().optional(),
  partition: z.int().optional(),
  offset: z.int().optional(),
  reason: z.string().optional(),
  subscriptions: z
    .record(z.string(), z.enum(['PENDING', 'DELIVERED', 'SETTLED', 'DEAD', 'UNKNOWN']))
    .optional(),
})

export const publishingContract: ResourceContract = {
  tag: 'Publishing',
  description: 'Served by the frontends.',
  isOfFrontend: true,
  routes: {
    'POST /topics/:topic': {
      summary: 'Publishes a message',
      description:
        '201 means that Kafka has it on all replicas in sync, 503 that nobody knows or it was not stored.',
      right: 'anyone',
      headers: { ...headers, ...ofMessage },
      body: { schema: message, example: { order: 17, state: 'paid' } },
      answers: {
        201: {
          ...{ ...nothing, description: 'Kafka has it' },
          headers: {
            ...ids,
            'Idempotent-Replay': '`true` where an earlier request with the key had stored it',
          },
        },
        202: {
          ...nothing,
          description: 'It is safe on the disk of the frontend',
          headers: { ...ids, Location: 'Where its status is told' },
        },
      },
      errors: ofOne,
    },
    'POST /topics/:topic/batch': {
      summary: 'Publishes many messages to a topic',
      right: 'anyone',
      headers,
      query: { records: z.literal('wrapped').optional().describe('Records are objects around the messages') },
      body: { schema: message, example: [{ order: 17 }], types },
      answers,
      errors: ofMany,
    },
    'POST /topics/batch': {
      summary: 'Publishes many messages to several topics',
      description: 'Each record is an object around a message that names its topic.',
      right: 'anyone',
      headers,
      body: { schema: message, example: [{ topic: 'demo.orders', message: { order: 17 } }], types },
      answers,
      errors: ofMany,
    },
    'GET /topics/:topic/messages/:messageId': {
      summary: 'Tells the status of a message that was answered 202',
      right: 'anyone',
      query: { at: words('The frontend that has it, as `Location` says') },
      answers: {
        200: json(fate, {
          ...{ id, topic: 'demo.orders', status: 'STORED', partition: 3, offset: 1741 },
          acceptedAt: '2026-05-01T12:00:00.000Z',
        }),
      },
      errors: ['MESSAGE_NOT_KNOWN', 'NOT_READY', 'OVERLOADED'],
    },
  },
}
