/**
 * What the routes of the local stack's inbox promise.
 */
import { z } from 'zod'
import { inboxLimitMax, inboxPage } from '../../inbox/inbox.js'
import { json, nothing, type ResourceContract } from './contract.js'

const example = {
  total: 1,
  messages: [
    {
      ...{ number: 1, receivedAt: '2026-05-01T12:00:00.000Z', path: '/', retryCount: 0, status: 200 },
      ...{ messageId: '3fa85f64-5717-4562-b3fc-2c963f66afa6', headers: {}, body: '{"n":1}', bodyBytes: 7 },
    },
  ],
}

export const inboxContract: ResourceContract = {
  tag: 'Inbox',
  description:
    'The webhook inbox of a local stack; 404 where the settings of the console name none. An addition of Iris.',
  routes: {
    'GET /inbox/messages': {
      summary: 'Shows what the inbox received, the newest first',
      right: 'reader',
      shows: 'contents',
      query: { limit: z.coerce.number().int().min(1).max(inboxLimitMax).optional().describe('At most; 50') },
      answers: { 200: json(inboxPage, example) },
      errors: ['VALIDATION_ERROR', 'NOT_READY', 'OTHER 404'],
    },
    'DELETE /inbox/messages': {
      summary: 'Empties the inbox',
      right: 'admin',
      hasNoDryRun: true,
      answers: { 200: nothing },
      errors: ['NOT_READY', 'OTHER 404'],
    },
  },
}
