/**
 * What the routes of messages promise.
 */
import { z } from 'zod'
import { maxDefault, maxMost } from '../../messages/message-query.js'
import { messageShape } from '../../messages/shown-message.js'
import { filterLabAnswer, filterLabShape } from '../../messages/try-filters.js'
import { json, text, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

const message = {
  id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  key: 'order-7',
  time: '2026-05-01T12:00:00.000Z',
  partition: 2,
  offset: 1024,
  size: 41,
  headers: {},
  body: { orderId: 7, password: '****' },
  masked: true,
}
const page = z.object({
  items: z.array(messageShape),
  next: z.string().nullable().describe('Where the next page begins; null where all was looked at'),
  complete: z.boolean(),
})
const errors = [
  'VALIDATION_ERROR',
  'PERMISSION_DENIED',
  'OVERLOADED',
  'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
] as const
const from =
  '`latest` (default: the newest first), `earliest`, a date, or an offset together with `partition`: from there on'

export const messageContract: ResourceContract = {
  tag: 'Messages',
  description: 'The messages of a topic, as people look at them. An addition of Iris.',
  routes: {
    'GET /topics/:topic/browse': {
      summary: 'Shows messages of a topic, page by page',
      description:
        'Over all partitions in the order of their time. Members and headers that `management.messages.maskedMembers` ' +
        'and `maskedHeaders` name are hidden before anything leaves management. A topic that restricts subscribing is ' +
        'shown to its owners only. A search for a key may end before it has looked at everything: `next` goes on.',
      right: 'reader',
      shows: 'contents',
      query: {
        partition: words('Only this partition'),
        from: words(from),
        key: words('Only messages with this partition key'),
        max: z.coerce
          .number()
          .int()
          .min(1)
          .max(maxMost)
          .optional()
          .describe(`Messages of the page at most; ${maxDefault} unless it says otherwise`),
        next: words('`next` of the page before, as it was given; `from` does not count then'),
      },
      answers: { 200: json(page, { items: [message], next: 'older:0-17,2-1024', complete: false }) },
      errors,
    },
    'GET /topics/:topic/tail': {
      summary: 'Streams messages of a topic as they come, as Server-Sent Events',
      description:
        'From now on. `event: message` carries a message as above; `skipped` how many of a second were left out beyond ' +
        '500, `gap` what retention took before it was read. It ends with `lagging` or `end`, which say why: `removed`, ' +
        '`replaced`, `forbidden`, `stopping`. A comment each ten seconds shows that it lives.',
      right: 'reader',
      shows: 'contents',
      query: {
        partition: words('Only this partition'),
        key: words('Only messages with this partition key'),
        filter: words('`PATH=VALUE`, or a filter of subscriptions as JSON; may be repeated'),
      },
      answers: {
        200: text(
          'id: 2-1024\nevent: message\ndata: {"id":"3fa8…","body":{"orderId":7}}\n\n',
          'text/event-stream',
        ),
      },
      errors: ['VALIDATION_ERROR', 'PERMISSION_DENIED', 'TOO_MANY_STREAMS', 'STREAMS_FULL', 'NOT_READY'],
    },
    'POST /topics/:topic/filters/try': {
      summary: 'Tries filters on messages of a topic',
      description: 'As a subscription with these filters would judge them. Nothing is changed.',
      right: 'reader',
      shows: 'contents',
      onlyAsks: true,
      body: {
        schema: filterLabShape,
        example: {
          filters: [{ type: 'jsonpath', path: '$.orderId', matcher: '7' }],
          from: 'latest',
          max: 50,
        },
        required: ['filters'],
      },
      answers: {
        200: json(filterLabAnswer, {
          items: [{ message, passes: true }],
          ...{ passed: 1, refused: 0, failed: 0, next: null, complete: true },
        }),
      },
      errors,
    },
  },
}
