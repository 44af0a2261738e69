/**
 * What the route of retransmission promises.
 */
import { z } from 'zod'
import { dryRunShape, retransmissionShape } from '../../retransmission/retransmit.js'
import { json, type ResourceContract } from './contract.js'
import { flag } from './parameters.js'

const form = z.object({
  retransmissionDate: z
    .union([z.string(), z.number()])
    .describe('A date and time with offset, or seconds since the epoch'),
})
const place = { topic: { value: 'demo.orders' }, offset: 17, partition: 0 }

export const retransmissionContract: ResourceContract = {
  tag: 'Retransmission',
  description: 'A subscription moves to a moment: backwards to get messages again, forwards to skip them.',
  routes: {
    'PUT /topics/:topic/subscriptions/:subscription/retransmission': {
      summary: 'Moves a subscription to a moment',
      right: 'owner',
      query: { dryRun: flag('Only say what would be sent again, and what skipped') },
      body: { schema: form, example: { retransmissionDate: '2026-01-31T12:00:00Z' } },
      answers: {
        200: {
          ...json(z.union([dryRunShape, retransmissionShape]), { 'primary-dc': [place] }),
          description: 'The new places by Kafka cluster',
          headers: { 'Iris-Message-Count': 'With `dryRun`: messages that would be sent again' },
        },
      },
      errors: [
        'MOVING_SUBSCRIPTION_OFFSETS_VALIDATION_ERROR',
        'UNABLE_TO_MOVE_OFFSETS_EXCEPTION',
        'PARTITIONS_NOT_FOUND_FOR_TOPIC',
        'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
        'CONFLICT',
      ],
    },
  },
}
