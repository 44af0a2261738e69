/**
 * Whether a message may go to a topic with the key it has, or without one.
 * Takes its headers and the topic. Gives null or the refusal, and the publication its key.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { Publication } from '../publish/publication.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { idempotencyHeader, readKey } from './key.js'
import { keyMissing, keyWrong } from './refusals.js'

/** No key of a publisher has it, so that nobody takes the key of a message before it is forwarded. */
const ofForwards = '\0'

/** Costs a message without a key one look at its headers and one at a flag. */
export function admitKey(publication: Publication, topic: RoutedTopic): HermesError | null {
  const value = publication.origin.sent.headers[idempotencyHeader]
  if (value === undefined) return topic.isKeyRequired ? keyMissing(topic.name) : null
  const read = readKey(String(value))
  if (read.kind === 'wrong') return keyWrong(read.problem)
  publication.idempotencyKey = publication.comesFromTopic ? ofForwards + read.key : read.key
  return null
}
