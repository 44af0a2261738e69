/**
 * The last undelivered messages of a subscription, in Hermes' form.
 * Takes names. Gives the newest dead letters, newest first, as Hermes' tracker would: it needs none here.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { everyLetter } from '@iris/common/dead-letters/letter-filter'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { listDeadLetters, limitMax } from '../dead-letters/list.js'
import type { DeadLetterParts } from '../dead-letters/open-letters.js'

export interface UndeliveredParts {
  readonly deadLetters: DeadLetterParts
  readonly clusterName: string
}

/** One of them. */
export const undeliveredMessage = z.object({
  messageId: z.string(),
  batchId: z.string(),
  timestamp: z.int().describe('When it was given up, milliseconds since the epoch'),
  subscription: z.string(),
  topicName: z.string(),
  status: z.literal('DISCARDED'),
  reason: z.string(),
  message: z.string(),
  partition: z.int(),
  offset: z.int(),
  cluster: z.string(),
})

/** Up to 100 of them. */
export async function listUndelivered(
  { deadLetters, clusterName }: UndeliveredParts,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
): Promise<readonly ValueOf<typeof undeliveredMessage>[]> {
  const query = { ...names, limit: String(limitMax), after: null, filter: everyLetter }
  const { items } = await listDeadLetters(deadLetters, query)
  return items.map(({ messageId, time, topic, reason, body, partition, offset }) => ({
    ...{ messageId, batchId: '', timestamp: time, subscription: names.name, topicName: topic },
    ...{ status: 'DISCARDED', reason, message: Buffer.from(body, 'base64').toString('utf8') },
    ...{ partition, offset, cluster: clusterName },
  }))
}
