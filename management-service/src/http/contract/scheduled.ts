/**
 * What the routes of scheduled messages promise.
 */
import { z } from 'zod'
import { scheduledDetail } from '../../schedule/scheduled-json.js'
import { scheduledPage } from '../../schedule/list-scheduled.js'
import { json, type ResourceContract } from './contract.js'
import { paging } from './parameters.js'

const kafka = 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'
const item = {
  id: '3-42',
  messageId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  state: 'scheduled',
  deliverAt: '2026-12-24T18:00:00.000Z',
  publishedAt: '2026-12-01T09:30:00.000Z',
  bodyBytes: 7,
}
const detail = { ...item, topicName: 'demo.orders', body: 'eyJhIjoxfQ==' }

export const scheduledContract: ResourceContract = {
  tag: 'Scheduled messages',
  description: 'Messages that wait for their time. An addition of Iris.',
  routes: {
    'GET /topics/:topic/scheduled': {
      summary: 'Lists what waits, the next first',
      right: 'reader',
      shows: 'contents',
      query: {
        ...paging,
        state: z.enum(['refused']).optional().describe('Those that Kafka has refused instead'),
      },
      answers: { 200: json(scheduledPage, { items: [item], isComplete: true }) },
      errors: ['VALIDATION_ERROR', kafka],
    },
    'GET /topics/:topic/scheduled/:id': {
      summary: 'Shows one, with its content',
      right: 'owner',
      shows: 'contents',
      answers: { 200: json(scheduledDetail, detail) },
      errors: ['SCHEDULED_MESSAGE_NOT_EXISTS', kafka],
    },
    'DELETE /topics/:topic/scheduled/:id': {
      summary: 'Takes one back before its time',
      right: 'owner',
      answers: { 200: json(scheduledDetail, { ...detail, state: 'cancelled' }) },
      errors: ['SCHEDULED_MESSAGE_NOT_EXISTS', 'SCHEDULED_MESSAGE_DELIVERED', kafka],
    },
  },
}
