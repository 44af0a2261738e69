/**
 * What the routes of dead letters promise.
 */
import { z } from 'zod'
import { letterCopy } from '../../dead-letters/copy.js'
import { deadLetterDetail } from '../../dead-letters/letter-json.js'
import { deadLetterPage } from '../../dead-letters/list.js'
import { purgedShape } from '../../dead-letters/purge.js'
import { deadLetterSummary } from '../../dead-letters/summary.js'
import { json, type ResourceContract } from './contract.js'
import { letterFilter, selecting } from './letter-selection.js'
import { paging } from './parameters.js'

const kafka = 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'

const copy = z
  .object({
    text: z.string().optional().describe('The new body as text'),
    body: z.string().optional().describe('The new body in base64, instead of `text`'),
    key: z.string().nullable().optional().describe('Another partition key, or null for none'),
    headers: z
      .record(z.string(), z.string())
      .nullable()
      .optional()
      .describe("The publisher's headers, all of them"),
    replace: z.boolean().optional().describe('Whether the original no longer counts'),
  })
  .strict()

const purge = z.object({
  ...selecting,
  dryRun: z.boolean().nullish().describe('Only count: answers like the summary'),
})

const item = {
  id: '0-17',
  messageId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  reason: 'Message sending failed with status code: 500',
  class: 'expired',
  attempts: 4,
  lastStatus: 500,
  topic: 'demo.orders',
  partition: 3,
  offset: 1024,
  time: 1_795_368_211_123,
  body: 'eyJhIjoxfQ==',
}
const summary = {
  total: 120,
  byClass: { expired: 100, refused: 20 },
  byStatus: { '500': 90, '404': 20, none: 10 },
  byCause: [
    { cause: '500', count: 90, newest: 1_795_368_999_000 },
    { cause: '404', count: 20, newest: 1_795_368_900_000 },
    { cause: 'timeout', count: 10, newest: 1_795_368_800_000 },
  ],
  byReason: [{ reason: 'Message sending failed with status code: 500', count: 90 }],
  otherReasons: 30,
  oldest: 1_795_368_211_123,
  newest: 1_795_368_999_000,
  isComplete: true,
}

export const deadLetterContract: ResourceContract = {
  tag: 'Dead letters',
  description: 'What could not be delivered. An addition of Iris.',
  routes: {
    'GET /topics/:topic/subscriptions/:subscription/dead-letters': {
      summary: 'Lists dead letters, newest first',
      description: 'A page may be shorter than `limit`, even empty, while there is a `next`.',
      right: 'owner',
      shows: 'contents',
      query: { ...paging, ...letterFilter },
      answers: { 200: json(deadLetterPage, { items: [item], next: '0-16~' }) },
      errors: ['VALIDATION_ERROR', kafka],
    },
    'GET /topics/:topic/subscriptions/:subscription/dead-letters/summary': {
      summary: 'Counts dead letters by their causes',
      right: 'reader',
      shows: 'contents',
      query: { after: paging.after, ...letterFilter },
      answers: { 200: json(deadLetterSummary, summary) },
      errors: ['VALIDATION_ERROR', kafka],
    },
    'GET /topics/:topic/subscriptions/:subscription/dead-letters/:id': {
      summary: 'Shows one dead letter',
      right: 'owner',
      shows: 'contents',
      answers: { 200: json(deadLetterDetail, { ...item, propagated: [], headers: [] }) },
      errors: ['DEAD_LETTER_NOT_EXISTS', kafka],
    },
    'POST /topics/:topic/subscriptions/:subscription/dead-letters/:id/copy': {
      summary: 'Makes an edited copy of a dead letter',
      right: 'owner',
      body: { schema: copy, example: { text: '{"amount":10}', replace: true } },
      answers: { 201: json(letterCopy, { id: '0-18', copyOf: '0-17' }) },
      errors: ['DEAD_LETTER_NOT_EXISTS', kafka],
    },
    'POST /topics/:topic/subscriptions/:subscription/dead-letters/purge': {
      summary: 'Removes dead letters for good',
      right: 'owner',
      query: { after: paging.after },
      body: { schema: purge, example: { ids: ['0-17', '0-18'] } },
      answers: { 200: json(z.union([purgedShape, deadLetterSummary]), { purged: 2, isComplete: true }) },
      errors: ['CONFLICT', kafka],
    },
  },
}
