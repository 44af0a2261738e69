/**
 * What the routes of what moved lately promise.
 */
import { z } from 'zod'
import { json, type ResourceContract, type RouteContract } from './contract.js'

const values = (what: string): z.ZodType => z.array(z.number().nullable()).describe(what)
const history = z.object({
  stepMs: z.number().describe('Milliseconds from a value to the next'),
  from: z
    .string()
    .describe('The moment of the first value, a date: later than asked for where memory begins later'),
  to: z.string().describe('The moment behind the last'),
  series: z.object({
    published: values('Messages that Kafka has acknowledged, a second'),
    delivered: values('Messages delivered, a second'),
    failed: values('Attempts that failed, a second'),
    retried: values('Retries, a second'),
    discarded: values('Messages that became dead letters, a second'),
    latencyP50Ms: values('How long half of the attempts took at most'),
    latencyP99Ms: values('The same of 99 in a hundred'),
    publishP50Ms: values('How long half of the publishes took at most; of a subscription null'),
    publishP99Ms: values('The same of 99 in a hundred'),
    lag: values('Messages that wait, as far as consumers told'),
  }),
})
const example = {
  stepMs: 10_000,
  from: '2026-05-01T12:00:00.000Z',
  to: '2026-05-01T12:00:20.000Z',
  series: {
    ...{ published: [12.5, 0], delivered: [25, 0], failed: [0, 0], retried: [0, 0], discarded: [0, 0] },
    ...{ latencyP50Ms: [4.1, null], latencyP99Ms: [9.8, null] },
    ...{ publishP50Ms: [2.2, null], publishP99Ms: [5.7, null], lag: [3, 0] },
  },
}
const route = (summary: string): RouteContract => ({
  summary,
  right: 'reader',
  query: {
    minutes: z.coerce.number().int().min(1).optional().describe('How far back; 30 unless it says otherwise'),
  },
  answers: { 200: json(history, example) },
  errors: ['VALIDATION_ERROR'],
})

export const historyContract: ResourceContract = {
  tag: 'History',
  description:
    'What moved lately, from the memory of the management process that is asked: it begins anew when that does. A value ' +
    'that nobody knows is null. An addition of Iris.',
  routes: {
    'GET /history': route('Shows what moved in the whole installation'),
    'GET /topics/:topic/history': route('Shows what moved in a topic and all its subscriptions'),
    'GET /topics/:topic/subscriptions/:subscription/history': route('Shows what moved in a subscription'),
  },
}
