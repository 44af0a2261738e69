/**
 * One message, one request, never tried again.
 */
import { exchange, type Gate } from './exchange.js'
import { outcomeOf } from './judgement.js'
import { beginMessage, endMessage, type Load, type Stream } from './load.js'

/** Publishes the next message of `stream`. Gives false when nobody listened. */
export async function publishOne(load: Load, gate: Gate, stream: Stream): Promise<boolean> {
  const { id, topicName, key, body } = beginMessage(load, stream)
  const headers = { 'Content-Type': 'application/json', 'Partition-Key': key }
  const reply = await exchange(gate, {
    method: 'POST',
    path: `/topics/${topicName}`,
    headers,
    body,
    hangUpMs: 0,
  })
  endMessage(load, id, outcomeOf(reply))
  return !reply.isUnsent
}
