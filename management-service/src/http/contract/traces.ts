/**
 * What the routes of traces promise.
 */
import { z } from 'zod'
import { publishedShape, sentShape } from '@iris/common/trace/event'
import { traceAnswer } from '../../traces/message-trace.js'
import { json, type ResourceContract } from './contract.js'
import { moment, words } from './parameters.js'

const bounds = {
  from: moment('Events from then on'),
  to: moment('Events before then'),
  after: words('`next` of the answer before, as it was given'),
}
const example = {
  topicName: 'demo.orders',
  published: { partition: 2, offset: 1024 },
  events: [],
  notes: [],
  complete: true,
}
const errors = ['VALIDATION_ERROR', 'OVERLOADED', 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'] as const

/** Events in Hermes' members: all of ours, less those that are marked as ours. */
const hermesEvent = z.union([
  publishedShape.partial().extend({ messageId: z.string(), timestamp: z.int() }),
  sentShape.partial().extend({ messageId: z.string(), timestamp: z.int(), subscription: z.string() }),
])

export const traceContract: ResourceContract = {
  tag: 'Traces',
  description: 'Where a message is: every step of it.',
  routes: {
    'GET /topics/:topic/messages/:messageId/trace': {
      summary: 'Shows what happened to a message',
      description: 'An unknown id has no events.',
      right: 'reader',
      shows: 'contents',
      query: bounds,
      answers: { 200: json(traceAnswer, example) },
      errors,
    },
    'GET /topics/:topic/trace': {
      summary: 'Shows what happened to the messages with a partition key',
      right: 'reader',
      shows: 'contents',
      query: { key: z.string().describe('The `Partition-Key`'), ...bounds },
      answers: { 200: json(traceAnswer, { ...example, published: undefined }) },
      errors,
    },
    'GET /topics/:topic/subscriptions/:subscription/events/:messageId/trace': {
      summary: 'Lists the events of a message for one subscription, in the form of Hermes',
      right: 'reader',
      answers: { 200: json(z.array(hermesEvent), []) },
      errors,
    },
  },
}
