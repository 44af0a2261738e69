/**
 * The dead letters of a subscription, opened at the place from which somebody wants to read them backwards.
 * Takes names and a place. Gives the log with what is known to be closed below that place.
 * Refuses an unknown subscription.
 */
import {
  closedSpanMax,
  createClosedOffsets,
  type ClosedOffsets,
} from '@iris/common/dead-letters/closed-offsets'
import { gatherMarkers, walkBack, type Walk } from '@iris/common/dead-letters/walk'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { deadLetterTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Clock } from '@iris/common/time/clock'
import { existingSubscription } from '../store/existing.js'
import type { KafkaLetters, StoredLetters } from '../store/letter-ports.js'
import type { SubscriptionStore } from '../store/ports.js'
import { readToken, writeToken } from './page-token.js'

export interface DeadLetterParts {
  readonly store: SubscriptionStore
  readonly letters: KafkaLetters
  readonly clock: Clock
  readonly namespace: KafkaNamespace
}

/** Whose dead letters. */
export interface LetterNames {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

/** From where on, going down. */
export interface LetterPlace {
  /** The `next` of a former answer, or an id; null is the newest. */
  readonly after: string | null
  /** Nothing that died before this time is wanted. */
  readonly fromMs: number | null
}

export interface OpenLetters extends StoredLetters {
  readonly kafkaTopic: string
  readonly before: number
  readonly closed: ClosedOffsets
}

/** How long one answer may look for letters before it says where to go on. */
const walkMs = 5_000

/** The dead-letter topic of a subscription that exists. */
export async function kafkaTopicOf(
  { store, namespace }: Pick<DeadLetterParts, 'store' | 'namespace'>,
  names: LetterNames,
): Promise<string> {
  await existingSubscription(store, names)
  return deadLetterTopicName(namespace, names.topic, names.name)
}

/** Opens those of a subscription that exists; null where nothing died yet. */
export async function openLetters(
  parts: DeadLetterParts,
  names: LetterNames,
  place: LetterPlace,
): Promise<OpenLetters | null> {
  return openLettersIn(parts.letters, await kafkaTopicOf(parts, names), place)
}

/** Opens those in a Kafka topic, whether ZooKeeper answers or not; null where nothing died yet. */
export async function openLettersIn(
  letters: KafkaLetters,
  kafkaTopic: string,
  place: LetterPlace,
): Promise<OpenLetters | null> {
  const token = readToken(place.after)
  const stored = await letters.open(kafkaTopic, place.fromMs)
  if (stored === null) return null
  const { first, next, log } = stored
  const before = Math.max(first, Math.min(next, token?.before ?? next))
  const closed = createClosedOffsets(Math.max(first, before - closedSpanMax), before)
  if (token !== null && token.closed !== null) token.closed.forEach(range => closed.close(range))
  else if (before < next) await gatherMarkers(log, before, closed)
  return { ...stored, kafkaTopic, before, closed }
}

/** Walks down for as long as one answer may take. Gives where to go on, or null when all was seen. */
export async function walkLetters<T>(
  { clock }: Pick<DeadLetterParts, 'clock'>,
  { log, first, before, closed }: OpenLetters,
  walk: Pick<Walk<T>, 'windowFirst' | 'pick' | 'bytesOf' | 'take'>,
  withinMs = walkMs,
): Promise<string | null> {
  const untilMs = clock.monotonic() + withinMs
  const mayGoOn = (): boolean => clock.monotonic() < untilMs
  const position = await walkBack(log, { ...walk, closed, before, mayGoOn })
  if (position <= first) return null
  // Below its stretch nobody knows what later markers closed: they are read again.
  return closed.first > first ? `0-${position}` : writeToken(position, closed)
}
