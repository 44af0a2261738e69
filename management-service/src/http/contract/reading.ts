/**
 * What the frontends promise to who reads topics without a subscription: part of the description of the API,
 * served elsewhere.
 */
import { z } from 'zod'
import { json, text, type ErrorWord, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6'

const from = words(
  '`latest`, `earliest`, a date such as 2026-05-01T12:00:00Z, or a position such as `1-17,0-4`',
)
const which = {
  key: words('Only messages with this `Partition-Key`'),
  filter: words('`$.path=value`, or filters of a subscription as JSON; may be given several times'),
  header: words('`name:value`; may be given several times'),
}
const count = z.coerce.number().int().min(1).max(1_000).optional()
const lastEventId = words('Behind this position; it comes before `from` and `replay`')

const message = z
  .object({
    id: z.string(),
    key: z.string().nullable().describe('The `Partition-Key`'),
    time: z.string().nullable(),
    partition: z.int(),
    offset: z.int(),
    position: z.string().describe('Where a reader goes on behind it'),
    headers: z.record(z.string(), z.string()).describe('Headers that travel with the message'),
    body: z.unknown().optional().describe('The message, where it is JSON'),
    bodyText: z.string().optional().describe('In its place: text that is not JSON'),
    bodyBase64: z.string().optional().describe('In its place: what is not UTF-8'),
    problem: z.string().optional().describe('Why the entry in Kafka cannot be read'),
  })
  .meta({ id: 'ReadMessage' })
const messages = z.object({
  items: z.array(message),
  next: z.string().describe('`from` of the answer that goes on'),
  gaps: z
    .array(z.object({ partition: z.int(), from: z.int(), to: z.int(), reason: z.string() }))
    .optional()
    .describe('Where retention has removed messages before they were read'),
})

const refusals: readonly ErrorWord[] = [
  'VALIDATION_ERROR',
  'UNAUTHENTICATED',
  'AUTH_ERROR',
  'TOPIC_NOT_EXISTS',
  'TOO_MANY_STREAMS',
  'STREAMS_FULL',
  'NOT_READY',
  'OVERLOADED',
]

export const readingContract: ResourceContract = {
  tag: 'Reading',
  description: 'Streams, pulls and snapshots without a subscription. Served by the frontends.',
  isOfFrontend: true,
  routes: {
    'GET /topics/:topic/events': {
      summary: 'Streams messages as Server-Sent Events',
      description: 'It stays open. The `id` of an event is the position behind it.',
      right: 'reader',
      query: {
        from,
        replay: count.describe('Begin with about the newest so many'),
        ...which,
        group: words('Readers of this name at this frontend share the messages'),
        envelope: z.enum(['true', 'false']).optional().describe('All that is known around each message'),
        lastEventId,
      },
      headers: { 'Last-Event-ID': lastEventId },
      answers: { 200: text('id: 1-0\nevent: message\ndata: {"order":17}\n\n', 'text/event-stream') },
      errors: refusals,
    },
    'GET /topics/:topic/messages': {
      summary: 'Gives the next messages',
      right: 'reader',
      query: {
        from,
        ...which,
        max: count.describe('Messages at most; 100 where it is absent'),
        wait: words('How long to wait for a first message: `10s`, at most `30s`'),
      },
      answers: {
        200: json(messages, {
          items: [
            {
              ...{ id, key: 'order-17', time: '2026-05-01T12:00:00.000Z', partition: 0, offset: 0 },
              ...{ position: '0-0', headers: {}, body: { order: 17 } },
            },
          ],
          next: '0-0',
        }),
      },
      errors: refusals,
    },
    'GET /topics/:topic/snapshot/:messageKey': {
      summary: 'Gives the newest message of a key, of a topic with `compaction`',
      right: 'reader',
      answers: {
        200: {
          description: 'The message as it was published',
          content: { 'application/json': { schema: null, example: { price: 120 } } },
          headers: {
            'Hermes-Message-Id': 'Id of the message',
            'Last-Modified': 'When Kafka got it',
            ETag: '`"partition-offset"`',
          },
        },
      },
      errors: [...refusals, 'SNAPSHOT_NOT_EXISTS', 'SNAPSHOTS_FULL'],
    },
  },
}
