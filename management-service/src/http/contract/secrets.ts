/**
 * What the routes of secrets at rest promise.
 */
import { resealingProgress } from '../../secrets/resealing.js'
import { json, type ResourceContract } from './contract.js'

const running = {
  ...{ state: 'running', startedAt: 1795368211123, topics: 240, topicsDone: 17 },
  ...{ looked: 61, changed: 12, unreadable: [] },
}

export const secretsContract: ResourceContract = {
  tag: 'Secrets',
  description: 'Passwords and client secrets as ZooKeeper keeps them. An addition of Iris.',
  routes: {
    'POST /secrets/reseal': {
      summary: 'Keeps all secrets anew, with the present key',
      right: 'admin',
      hasNoDryRun: true,
      answers: { 202: json(resealingProgress, running) },
      errors: ['CONFLICT', 'VALIDATION_ERROR'],
    },
    'GET /secrets/reseal': {
      summary: 'How far that is, at the process that was asked for it',
      right: 'admin',
      answers: { 200: json(resealingProgress, running) },
      errors: [],
    },
    'DELETE /secrets/reseal': {
      summary: 'Cancels it; what was done stays done',
      right: 'admin',
      hasNoDryRun: true,
      answers: { 200: json(resealingProgress, { ...running, state: 'cancelled', endedAt: 1795368219123 }) },
      errors: ['VALIDATION_ERROR'],
    },
  },
}
