/**
 * What the route of the graph promises.
 */
import { z } from 'zod'
import { topicKinds } from '@iris/common/domain/topic-form'
import { ringsMax } from '../../graph/graph.js'
import { json, type ResourceContract } from './contract.js'
import { flag } from './parameters.js'

const names = z.array(z.string())
const graph = z.object({
  groups: names,
  topics: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(topicKinds),
      owner: z.string(),
      publishers: names.describe('As `auth.publishers` says'),
    }),
  ),
  subscriptions: z.array(
    z.object({
      topic: z.string(),
      subscription: z.string(),
      owner: z.string(),
      hosts: names.describe('What it calls'),
      forwardsTo: z.string().nullable().describe('The topic that it forwards to'),
    }),
  ),
  cycles: z
    .array(names)
    .nullable()
    .describe(
      `Rings of topics, at most ${ringsMax}, found in a bounded search; null unless they are asked for`,
    ),
})

export const graphContract: ResourceContract = {
  tag: 'Graph',
  description: 'Who sends what to whom.',
  routes: {
    'GET /graph': {
      summary: 'Shows topics, and subscriptions as edges from a topic to hosts or to another topic',
      description:
        'A ring closes over subscriptions that forward, and where a subscriber, by its owner or host, publishes: as ' +
        '`auth.publishers` says, or as the owner of a topic that names none.',
      right: 'reader',
      isForEachCaller: true,
      query: { cycles: flag('Also rings of topics, whose messages may lead to further ones of their own') },
      answers: {
        200: json(graph, {
          groups: ['demo'],
          topics: [{ name: 'demo.orders', kind: 'EVENT', owner: 'Shop team', publishers: [] }],
          subscriptions: [
            {
              ...{ topic: 'demo.orders', subscription: 'billing', owner: 'Billing team' },
              ...{ hosts: ['billing.example'], forwardsTo: null },
            },
          ],
          cycles: null,
        }),
      },
    },
  },
}
