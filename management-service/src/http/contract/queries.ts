/**
 * What the routes that look at many definitions at once promise.
 */
import { z } from 'zod'
import { groupShape } from '@iris/common/domain/group'
import { foundNames, namesDefault, namesMax } from '../../search/names.js'
import { json, type BodyContract, type ResourceContract } from './contract.js'
import { words } from './parameters.js'
import { subscriptionAnswerShape, subscriptionQueryShape } from './subscriptions.js'
import { topicAnswerShape } from './topics.js'

const names = z.array(z.string())
const text = z.string()
const results = z.object({
  results: z.array(
    z.union([
      z.object({
        type: z.literal('TOPIC'),
        name: text.describe('Qualified name'),
        topic: z.object({ groupName: text, owner: z.object({ id: text }) }),
      }),
      z.object({
        type: z.literal('SUBSCRIPTION'),
        name: text,
        subscription: z.object({
          endpoint: text.describe('Without credentials'),
          topic: z.object({ name: text, qualifiedName: text, groupName: text }),
        }),
      }),
    ]),
  ),
  totalCount: z.int(),
})
const stats = z.object({
  topicStats: z.object({
    topicCount: z.int(),
    ackAllTopicCount: z.int(),
    trackingEnabledTopicCount: z.int(),
    avroTopicCount: z.int(),
  }),
  subscriptionStats: z.object({
    subscriptionCount: z.int(),
    trackingEnabledSubscriptionCount: z.int(),
    avroSubscriptionCount: z.int(),
  }),
})

const form = z
  .object({
    query: z
      .unknown()
      .describe(
        'Members with a value, or with one of `eq`, `ne`, `like`, `in`, `gt`, `lt`; `and`, `or`, `not`',
      ),
  })
  .meta({ id: 'Query' })
/** The body of a query. */
export const queryBody = (example: unknown): BodyContract => ({ schema: form, example, required: ['query'] })
const byName = queryBody({ query: { name: { like: '(?i).*orders.*' } } })
const byOwner = queryBody({ query: { 'owner.id': 'Shop team' } })
/** What every question about the catalog may be answered. */
const catalogErrors = ['NOT_READY', 'OTHER 400'] as const
/** What every query may be answered. */
export const queryErrors = [...catalogErrors, 'OVERLOADED'] as const

export const queryContract: ResourceContract = {
  tag: 'Queries',
  description: 'Questions about many definitions at once.',
  routes: {
    'POST /query/groups': {
      summary: 'Gives the groups that a query means',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      body: queryBody({ query: { groupName: 'demo' } }),
      answers: { 200: json(z.array(groupShape), [{ groupName: 'demo' }]) },
      errors: queryErrors,
    },
    'POST /query/topics': {
      summary: 'Gives the topics that a query means',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      body: byOwner,
      answers: { 200: json(z.array(topicAnswerShape)) },
      errors: queryErrors,
    },
    'POST /query/subscriptions': {
      summary: 'Gives the subscriptions that a query means',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      body: queryBody({ query: { 'subscriptionPolicy.rate': { gt: 100 } } }),
      answers: { 200: json(z.array(subscriptionQueryShape)) },
      errors: queryErrors,
    },
    'POST /topics/query': {
      summary: 'Gives the names of the topics that a query means',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      query: { groupName: words('Only topics of this group') },
      body: byName,
      answers: { 200: json(names, ['demo.orders']) },
      errors: [...queryErrors, 'GROUP_NOT_EXISTS'],
    },
    'POST /topics/:topic/subscriptions/query': {
      summary: 'Gives the names of the subscriptions that a query means',
      right: 'reader',
      onlyAsks: true,
      body: byName,
      answers: { 200: json(names, ['billing']) },
      errors: queryErrors,
    },
    'GET /search/query': {
      summary: 'Finds a text in names, owners and endpoints',
      description: 'Letter case is no matter; topics come first. A blank text finds nothing.',
      right: 'reader',
      isForEachCaller: true,
      query: { q: words('What to look for') },
      answers: { 200: json(results, { results: [], totalCount: 0 }) },
      errors: catalogErrors,
    },
    'GET /search/names': {
      summary: 'Finds groups, topics and subscriptions by parts of their names',
      description:
        'Every word has to be in the name; a subscription is also found by the name of its topic. Best first: what ' +
        'begins with the first word, then the shorter name. An addition of Iris.',
      right: 'reader',
      isForEachCaller: true,
      query: {
        words: words('Parts of the name, in any order'),
        limit: z.coerce.number().int().min(1).max(namesMax).optional().describe(`At most; ${namesDefault}`),
      },
      answers: {
        200: json(foundNames, {
          totalCount: 1,
          results: [{ kind: 'SUBSCRIPTION', name: 'billing', topicName: 'demo.orders' }],
        }),
      },
      errors: [...catalogErrors, 'VALIDATION_ERROR'],
    },
    'GET /stats': {
      summary: 'Counts topics and subscriptions',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(stats) },
      errors: catalogErrors,
    },
    'GET /topics/owner/:source/:id': {
      summary: 'Lists the topics of an owner',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(z.array(topicAnswerShape)) },
      errors: catalogErrors,
    },
    'GET /subscriptions/owner/:source/:id': {
      summary: 'Lists the subscriptions of an owner',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(z.array(subscriptionAnswerShape)) },
      errors: catalogErrors,
    },
  },
}
