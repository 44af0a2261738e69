/**
 * What the routes of workload constraints promise.
 */
import { z } from 'zod'
import { subscriptionConstraintsShape, topicConstraintsShape } from '@iris/common/domain/workload-constraints'
import { json, nothing, type ResourceContract } from './contract.js'

const constraints = z.object({
  consumersNumber: z.int().min(1).describe('Consumers processes at most'),
  reason: z.string().optional(),
})
const example = { consumersNumber: 1, reason: 'a quiet topic' }

export const constraintContract: ResourceContract = {
  tag: 'Workload',
  description: 'How many consumers processes share the work of a topic or subscription.',
  routes: {
    'GET /workload-constraints': {
      summary: 'Lists all limits',
      right: 'reader',
      isForEachCaller: true,
      answers: {
        200: json(
          z.object({
            topicConstraints: z.record(z.string(), constraints),
            subscriptionConstraints: z.record(z.string(), constraints),
          }),
          { topicConstraints: { 'demo.orders': example }, subscriptionConstraints: {} },
        ),
      },
    },
    'PUT /workload-constraints/topic': {
      summary: 'Limits each subscription of a topic',
      description: 'Replaces the former limit; without `constraints` there is none any more.',
      right: 'admin',
      body: {
        schema: topicConstraintsShape,
        example: { topicName: 'demo.orders', constraints: example },
        required: ['topicName'],
      },
      answers: { 200: nothing, 201: nothing },
    },
    'PUT /workload-constraints/subscription': {
      summary: 'Limits one subscription, whatever the limit of its topic',
      right: 'admin',
      body: {
        schema: subscriptionConstraintsShape,
        example: { subscriptionName: 'demo.orders$billing', constraints: example },
        required: ['subscriptionName'],
      },
      answers: { 200: nothing, 201: nothing },
    },
    'DELETE /workload-constraints/topic/:topic': {
      summary: 'Takes the limit of a topic away',
      right: 'admin',
      answers: { 200: nothing },
    },
    'DELETE /workload-constraints/subscription/:topic/:subscription': {
      summary: 'Takes the limit of a subscription away',
      right: 'admin',
      answers: { 200: nothing },
    },
  },
}
