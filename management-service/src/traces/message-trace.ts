/**
 * "Where is my message?": its events by id, for one subscription as Hermes answers it, for all as we do, and
 * by partition key. Takes the names and bounds of a request. Gives the answer's body.
 * Promises: an unknown id is an empty answer; what is not tracked is said, with the way to change it.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { timeOf } from '@iris/common/domain/time-text'
import { refusal } from '@iris/common/errors/hermes-error'
import {
  traceEventShape,
  type PublishedEvent,
  type SentEvent,
  type TraceEvent,
} from '@iris/common/trace/event'
import { forEachOf } from '../store/bounded-reads.js'
import type { SubscriptionStore, TopicStore } from '../store/ports.js'
import type { TraceLog, TraceSubject } from './trace-log.js'
import { trackingNotes } from './trace-notes.js'

export interface TraceParts {
  readonly store: TopicStore & SubscriptionStore
  readonly log: TraceLog
  readonly areTracesOn: boolean
}

/** Bounds of a search as a request says them. */
export interface TraceBounds {
  readonly from: string | null
  readonly to: string | null
  readonly after: string | null
}

/** An answer of ours. */
export const traceAnswer = z.object({
  topicName: z.string(),
  published: z
    .object({ partition: z.int(), offset: z.int() })
    .optional()
    .describe('Where the message lies, if an event tells'),
  events: z.array(traceEventShape),
  notes: z.array(z.string()).describe('What these events cannot hold, and how to change that'),
  complete: z.boolean().describe('Whether all that Kafka keeps was looked at'),
  next: z.string().optional().describe('The `after` of the answer that goes on'),
})
export type TraceAnswer = ValueOf<typeof traceAnswer>

/** Ids of other writers may be long; no message carries more than this. */
const subjectLengthMax = 1_000
/** Hermes' list has no `next`: it goes on through so many answers of the log. */
const pagesMax = 3
const noBounds = { fromMs: null, toMs: null }

/** Hermes' list: the publisher's events and those of one subscription, in its members. */
export async function traceOfSubscription(
  { log }: TraceParts,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  messageId: string,
): Promise<readonly object[]> {
  const events: TraceEvent[] = []
  let after: string | null = null
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await log.search({ topic: names.topic, subject: { messageId }, ...noBounds, after })
    events.unshift(...page.events)
    after = page.next ?? null
    if (after === null) break
  }
  return events
    .filter(event => event.kind === 'published' || event.subscription === names.name)
    .map(event => (event.kind === 'published' ? publishedAsHermes(event) : sentAsHermes(event)))
}

/** All that is known of one message. */
export async function traceOfMessage(
  parts: TraceParts,
  topic: TopicName,
  messageId: string,
  bounds: TraceBounds,
): Promise<TraceAnswer> {
  const answer = await search(parts, topic, { messageId }, bounds)
  const published = placeOf(answer.events)
  return published === undefined ? answer : { ...answer, published }
}

/** All that is known of the messages with a partition key. */
export async function traceOfKey(
  parts: TraceParts,
  topic: TopicName,
  key: string | null,
  bounds: TraceBounds,
): Promise<TraceAnswer> {
  if (key === null) throw invalid('key is missing: say whose messages are meant, as in ?key=customer-7')
  return search(parts, topic, { key }, bounds)
}

async function search(
  { store, log, areTracesOn }: TraceParts,
  topic: TopicName,
  subject: TraceSubject,
  bounds: TraceBounds,
): Promise<TraceAnswer> {
  const timeMs = (name: 'from' | 'to'): number | null => {
    const text = bounds[name]
    return text === null ? null : timeOf(name, text)
  }
  const query = { fromMs: timeMs('from'), toMs: timeMs('to'), after: bounds.after }
  const text = 'key' in subject ? subject.key : subject.messageId
  if (text.length > subjectLengthMax) throw invalid(`at most ${subjectLengthMax} characters are looked for`)
  const [stored, names] = await Promise.all([store.topic(topic), store.subscriptions(topic)])
  if (stored === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  const [page, subscriptions] = await Promise.all([
    log.search({ topic, subject, ...query }),
    forEachOf(names ?? [], name => store.subscription(topic, name)),
  ])
  const notes = trackingNotes({
    ...{ areTracesOn, topic, isTopicTracked: stored.value.trackingEnabled },
    subscriptions: subscriptions.flatMap(each => (each === null ? [] : [each.value])),
  })
  return { topicName: topic, notes, ...page }
}

/** The publisher's word, or the place from which a consumer read it. */
function placeOf(events: readonly TraceEvent[]): TraceAnswer['published'] {
  for (const { partition, offset } of events)
    if (partition !== undefined && offset !== undefined) return { partition, offset }
  return undefined
}

function publishedAsHermes(event: PublishedEvent): object {
  const { messageId, timestamp, topicName, status, reason, cluster, extraRequestHeaders, storageDc } = event
  return { messageId, timestamp, topicName, status, reason, cluster, extraRequestHeaders, storageDc }
}

function sentAsHermes(event: SentEvent): object {
  const { messageId, batchId, timestamp, subscription, topicName, status, reason } = event
  const { partition, offset, cluster } = event
  const place = { partition, offset, cluster }
  return { messageId, batchId, timestamp, subscription, topicName, status, reason, ...place }
}

function invalid(problem: string): Error {
  return refusal('VALIDATION_ERROR', { problem })
}
