/**
 * What the routes of mode and roles promise.
 */
import { z } from 'zod'
import { json, nothing, text, type ResourceContract } from './contract.js'

const modes = ['readWrite', 'readOnly', 'readOnlyAdmin'] as const
const roles = z.array(z.enum(['admin', 'any', 'topicOwner', 'subscriptionOwner']))

const caller = z.object({
  name: z.string().nullable().describe('Null where nobody has said who it is, or nobody is asked'),
  isAsked: z
    .boolean()
    .describe('False where management asks nobody who it is: then everybody may everything'),
  roles: z.array(z.string()).describe('Such as `admin` or `owner:shop`'),
  teams: z.array(z.string()).describe('Owners that the caller is, beside its name'),
})

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
    'GET /roles/caller': {
      summary: 'Tells who the caller is taken for',
      description: 'An addition of Iris.',
      right: 'anyone',
      answers: {
        200: json(caller, { name: 'shop-team', isAsked: true, roles: ['owner:shop'], teams: ['Shop team'] }),
      },
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
