/**
 * What the routes of mode and roles promise.
 */
import { z } from 'zod'
import { json, nothing, text, type ResourceContract } from './contract.js'

const modes = ['readWrite', 'readOnly', 'readOnlyAdmin'] as const
const roles = z.array(z.enum(['admin', 'any', 'topicOwner', 'subscriptionOwner']))

export const accessContract: ResourceContract = {
  tag: 'Mode and roles',
  description: 'What callers may do.',
  routes: {
    'GET /mode': {
      summary: 'Tells whether changes are taken',
      right: 'anyone',
      answers: { 200: text('readWrite') },
    },
    'POST /mode': {
      summary: 'Sets whether changes are taken',
      right: 'admin',
      query: { mode: z.enum(modes).describe('`readOnly` is the same as `readOnlyAdmin`') },
      answers: { 200: nothing },
      errors: ['OTHER 404'],
    },
    'GET /roles': {
      summary: 'Lists the roles of the caller',
      right: 'anyone',
      answers: { 200: json(roles, ['admin', 'any']) },
    },
    'GET /roles/topics/:topic': {
      summary: 'Lists the roles of the caller for a topic',
      right: 'anyone',
      answers: { 200: json(roles, ['admin', 'any', 'topicOwner']) },
    },
    'GET /roles/topics/:topic/subscriptions/:subscription': {
      summary: 'Lists the roles of the caller for a subscription',
      right: 'anyone',
      answers: { 200: json(roles, ['admin', 'any', 'topicOwner', 'subscriptionOwner']) },
    },
  },
}
