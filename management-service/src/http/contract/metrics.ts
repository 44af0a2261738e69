/**
 * What the routes of metrics and of the health of all subscriptions promise.
 */
import { z } from 'zod'
import { json, text, type ResourceContract } from './contract.js'
import { flag, words } from './parameters.js'
import { queryBody, queryErrors } from './queries.js'

const total = (what: string): z.ZodType => z.int().describe(`${what}, up to a report of the services old`)
const rate = (what: string): z.ZodType => z.string().describe(`${what} a second, or \`unavailable\``)

const topicMembers = {
  published: total('Messages'),
  volume: total('Bytes'),
  rate: rate('Requests'),
  deliveryRate: rate('Messages delivered to all subscriptions'),
  subscriptions: z.int(),
  throughput: rate('Bytes'),
}
const topicExample = {
  published: 1_000,
  volume: 51_200,
  rate: '12.5',
  deliveryRate: '25.0',
  subscriptions: 2,
  throughput: '640.0',
}
const totals = {
  delivered: total('Messages'),
  discarded: total('Messages given up'),
  volume: total('Bytes of all attempts'),
}
const totalsExample = { delivered: 990, discarded: 10, volume: 51_200 }
const lag = z.string().describe('Messages that wait; -1 where nobody knows')
const subscriptionMembers = {
  ...totals,
  timeouts: rate('Attempts that got no answer in time'),
  otherErrors: rate('Attempts without an answer for another reason'),
  codes2xx: rate('Answers 2xx'),
  codes4xx: rate('Answers 4xx'),
  codes5xx: rate('Answers 5xx'),
  retries: rate('Retries'),
  rate: rate('Messages delivered'),
  throughput: rate('Bytes'),
  batchRate: rate('Batches delivered'),
  lag,
}
const zero = '0.0'
const subscriptionExample = {
  ...totalsExample,
  ...{ timeouts: zero, otherErrors: zero, codes2xx: '12.5', codes4xx: zero, codes5xx: zero },
  ...{ retries: zero, rate: '12.5', throughput: '640.0', batchRate: zero, lag: '3' },
}
const namedTopic = z.object({ ...topicMembers, name: z.string() })
const { timeouts, rate: delivered, throughput } = subscriptionMembers
const namedSubscription = z.object({
  ...{ topicName: z.string(), name: z.string() },
  ...{ ...totals, timeouts, lag, rate: delivered, throughput },
})
const problem = z.object({
  code: z.enum(['LAGGING', 'UNREACHABLE', 'TIMING_OUT', 'MALFUNCTIONING', 'RECEIVING_MALFORMED_MESSAGES']),
  description: z.string(),
})
const unhealthy = z.object({
  name: z.string(),
  topicName: z.string(),
  severity: z.enum(['CRITICAL', 'IMPORTANT', 'NON_IMPORTANT']),
  problems: z.array(problem),
})
const unhealthyExample = {
  name: 'billing',
  topicName: 'demo.orders',
  severity: 'CRITICAL',
  problems: [
    { code: 'TIMING_OUT', description: 'The endpoint times out: 40 of 90 attempts in the last minute' },
  ],
} as const
const names = (description: string): z.ZodType => z.array(z.string()).optional().describe(description)

export const metricsContract: ResourceContract = {
  tag: 'Metrics',
  description: 'How much and how fast, and who is not well.',
  routes: {
    'GET /topics/:topic/metrics': {
      summary: 'Tells the metrics of a topic',
      description: 'An unknown topic has done nothing.',
      right: 'reader',
      answers: { 200: json(z.object(topicMembers), topicExample) },
    },
    'GET /topics/:topic/subscriptions/:subscription/metrics': {
      summary: 'Tells the metrics of a subscription',
      right: 'reader',
      answers: { 200: json(z.object(subscriptionMembers), subscriptionExample) },
    },
    'GET /topics/:topic/subscriptions/:subscription/metrics/persistent': {
      summary: 'Tells the totals of a subscription alone',
      description: '-1 each where storage does not tell them.',
      right: 'reader',
      answers: { 200: json(z.object(totals), totalsExample) },
    },
    'POST /query/topics/metrics': {
      summary: 'Gives topics with their metrics, by definition and metrics',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      body: queryBody({ query: { name: { like: 'demo\\..*' }, rate: { gt: 10 } } }),
      answers: { 200: json(z.array(namedTopic), [{ ...topicExample, name: 'demo.orders' }]) },
      errors: queryErrors,
    },
    'POST /query/subscriptions/metrics': {
      summary: 'Gives subscriptions with their metrics, by definition and metrics',
      description: 'The lag is told for at most 200 subscriptions; it is -1 where more are meant.',
      right: 'reader',
      isForEachCaller: true,
      onlyAsks: true,
      body: queryBody({ query: { topicName: 'demo.orders', lag: { gt: 100 } } }),
      answers: { 200: json(z.array(namedSubscription)) },
      errors: queryErrors,
    },
    'GET /unhealthy': {
      summary: 'Lists the subscriptions that are not well',
      right: 'reader',
      isForEachCaller: true,
      query: {
        ownerSourceName: words('Only of this owner, with `ownerId`'),
        ownerId: words('Only of this owner, with `ownerSourceName`'),
        respectMonitoringSeverity: flag('Anything but `false` leaves out those of severity NON_IMPORTANT'),
        subscriptionNames: names('Only with one of these names'),
        qualifiedTopicNames: names('Only of one of these topics'),
      },
      answers: {
        200: {
          content: {
            ...json(z.array(unhealthy), [unhealthyExample]).content,
            ...text(`billing - ${unhealthyExample.problems[0].description}`).content,
          },
        },
      },
      errors: ['OWNER_NOT_FOUND', 'OVERLOADED', 'NOT_READY', 'OTHER 406', 'OTHER 500'],
    },
  },
}
