/**
 * READ FIRST: publish() = identify, admit, read, decode, stamp, check, (schedule,) append or keep, answer.
 * Takes a message for a topic, by its origin. Gives exactly one answer: 201 on Kafka's word only, 202 once it
 * is safe in the spool. Promises: the id is there before anything can fail; whatever waits has a deadline;
 * one record goes through the steps by methods of its own: no promise, timer or closure a message.
 */
import type { ForwardJudge } from '@iris/common/access/forward-seal'
import type { ChaosPolicy } from '@iris/common/domain/topic-form'
import type { Clock, Random } from '@iris/common/time/clock'
import { HermesError } from '@iris/common/errors/hermes-error'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Tracer } from '@iris/common/tracing/tracer'
import { admitKey } from '../idempotency/admit-key.js'
import type { FoundStored, KeyedEvents } from '../idempotency/keyed-publication.js'
import type { Keyed } from '../idempotency/keyed.js'
import { keyUnavailable } from '../idempotency/refusals.js'
import type { PublishMetrics } from '../publish-metrics.js'
import type { Callers } from '../publishers/callers.js'
import type { Publishers } from '../publishers/publishers.js'
import type { RareLog } from '../rare-log.js'
import { scheduledAnswer, type Schedule } from '../schedule/schedule.js'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpAnswer, UnknownTopics } from '../topics/unknown-topics.js'
import { admit } from './admit.js'
import { createAppend, type Append } from './append.js'
import { disturbance } from './chaos.js'
import { createContent, type Content, type ContentParts } from './content.js'
import type { DeadlineQueue } from './deadline-queue.js'
import { decodeEvent, isEvent } from './decode.js'
import type { PublishJournal } from './journal.js'
import type { KafkaRoute } from './kafka-route.js'
import { createKeep, type Keep, type StoredOutcome } from './keep.js'
import type { Acceptance, Origin } from './origin.js'
import type { Propagation } from './propagation.js'
import { Publication, type PublicationEvents } from './publication.js'
import { beginSpans } from './publish-spans.js'
import {
  keyless,
  lateRefusal,
  overloaded,
  outcomeRefusal,
  topicAbsent,
  topicsNotLoaded,
  topicUnclear,
} from './refusals.js'
import { requestBytes, type Room } from './room.js'
import type { Spooling } from './spooling.js'
import { hasKey, stamp } from './stamp.js'

export interface PipelineParts extends ContentParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly warn: RareLog
  readonly metrics: PublishMetrics
  readonly journal: PublishJournal
  readonly topics: TopicCache
  readonly unknownTopics: UnknownTopics
  readonly room: Room
  readonly propagation: Propagation
  readonly forwards: ForwardJudge
  /** Deadlines of messages whose topic is looked up or whose body is being read. */
  readonly reading: DeadlineQueue
  /** For topics with a chaos policy. */
  readonly random: Random
  readonly schedule: Schedule
  /** Who publishes what. */
  readonly callers: Callers
  readonly publishers: Pick<Publishers, 'count'>
  /** Makes the step of messages with an idempotency key. */
  readonly makeKeyed: (events: KeyedEvents) => Keyed
  /** Null where no message is answered before Kafka has it. */
  readonly spooling: Spooling | null
  /** Null where nothing is told to OpenTelemetry. */
  readonly tracer: Tracer | null
}

export interface Pipeline {
  /** Answers through the origin. `id`: the message's, where it has one of ours already. */
  publish(origin: Origin, topicName: string, id?: string): void
}

const keyNotKept = 'its key could not be looked up and written down in time'

interface Wired extends PipelineParts {
  readonly content: Content
  readonly keep: Keep
  readonly kafka: Append
  readonly keyed: Keyed
}

/** Makes the publish pipeline. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { scheduler, warn, room } = parts
  const events: PublicationEvents = {
    received: (publication, body) => take(wired, publication, body),
    notReceived: (publication, error) => refuse(wired, publication, error),
    mayHold: (publication, bytes) => room.hold(publication, bytes),
    confirmed: (publication, outcome) => conclude(wired, publication, outcome),
    expired: publication => expire(wired, publication),
    kept: (publication, keeping) => keep.kept(publication, keeping),
  }
  const again = (publication: Publication): void => append(wired, publication)
  const kafka = createAppend({ scheduler, warn, again, schedule: parts.schedule })
  const keyed = parts.makeKeyed({
    stamped(publication, body, timestampMs, isForLater) {
      stamp(parts.propagation, publication, body, timestampMs)
      if (isForLater) parts.schedule.redirect(publication, publication.routed as RoutedTopic)
      else publication.scheduledMs = 0
    },
    found: (publication, stored) => answerFound(wired, publication, stored),
    refused(publication, error) {
      if (publication.stage !== 'answered') refuse(wired, publication, error)
    },
    refusedElsewhere(publication, messageId, error) {
      publication.id = messageId
      refuseQuietly(wired, publication, error)
    },
  })
  const content = createContent(parts, {
    right: (publication, topic, body) => accept(wired, publication, topic, body),
    wrong: (publication, error) => refuse(wired, publication, error),
  })
  const keep = createKeep(
    { ...parts, forget: publication => kafka.forget(publication) },
    {
      accepted: (publication, where) => concludeKept(wired, publication, where),
      stored: (publication, outcome) => concludeStored(wired, publication, outcome),
      refused: (publication, error) => refuse(wired, publication, error),
    },
  )
  const wired: Wired = { ...parts, kafka, keyed, content, keep }
  return {
    publish: (origin, topicName, id) => publish(wired, new Publication(events, origin, topicName, id)),
  }
}

function publish(parts: Wired, publication: Publication): void {
  publication.startedMs = parts.clock.monotonic()
  if (parts.tracer !== null) publication.spans = beginSpans(parts.tracer, publication.origin)
  parts.metrics.inflight++
  parts.reading.add(publication, publication.startedMs)
  if (!parts.room.hold(publication, requestBytes)) return refuse(parts, publication, overloaded)
  const topic = parts.topics.find(publication.topicName)
  if (topic !== undefined) read(parts, publication, topic)
  else if (!parts.topics.isLoaded()) refuse(parts, publication, topicsNotLoaded)
  else parts.unknownTopics.lookUp(publication.topicName, answer => goOn(parts, publication, answer))
}

/** An unknown name was looked up. */
function goOn(parts: Wired, publication: Publication, topic: LookUpAnswer): void {
  if (publication.stage !== 'finding') return
  if (topic === 'absent') refuse(parts, publication, topicAbsent(publication.topicName))
  else if (topic === 'unclear') refuse(parts, publication, topicUnclear(publication.topicName))
  else read(parts, publication, topic)
}

function read(parts: Wired, publication: Publication, topic: RoutedTopic): void {
  publication.routed = topic
  const { origin } = publication
  publication.comesFromTopic = parts.forwards.isForward(topic.name, origin.sent.headers)
  const refused = admit(origin, topic) ?? topic.gate?.charge(origin) ?? admitKey(publication, topic)
  // A fellow that has passed it on counts it, by who really sent it.
  if (origin.isForwarded !== true)
    publication.publisher = parts.callers.of(origin, refused?.status === 401 ? null : topic.gate)
  if (refused !== null) return refuse(parts, publication, refused)
  const time = parts.schedule.timeOf(origin.sent, topic, parts.clock.now())
  if (typeof time !== 'number') return refuse(parts, publication, time)
  publication.scheduledMs = time
  publication.stage = 'reading'
  publication.reading = origin.read(publication, topic)
}

/** The body has come whole. */
function take(parts: Wired, publication: Publication, body: Buffer): void {
  const { routed: topic } = publication
  invariant(publication.stage === 'reading' && topic !== null, 'a body came out of turn')
  topic.counters().received(body.length)
  const overQuota = topic.gate?.received(publication.origin, body.length) ?? null
  if (overQuota !== null) return refuse(parts, publication, overQuota)
  if (!isEvent(publication.origin.sent)) return parts.content.judge(publication, topic, body)
  const event = decodeEvent(publication.origin.sent, body)
  if (event instanceof HermesError) return refuse(parts, publication, event)
  publication.event = event
  parts.content.judge(publication, topic, event.data)
}

/** Nothing is wrong with the message itself. */
function accept(parts: Wired, publication: Publication, topic: RoutedTopic, body: Buffer): void {
  if (topic.isCompacted && !hasKey(publication)) return refuse(parts, publication, keyless(topic.name))
  bring(parts, publication, topic, body)
  publication.origin.onWay?.()
}

function bring(parts: Wired, publication: Publication, topic: RoutedTopic, body: Buffer): void {
  if (body.length > topic.bodyBytesWarned)
    parts.warn('publish.overTopicLimit', { topic: topic.name, bytes: body.length })
  if (publication.idempotencyKey !== null) return storeOnce(parts, publication, body)
  stamp(parts.propagation, publication, body, parts.clock.now())
  publication.topic = topic.kafkaTopic
  if (publication.scheduledMs > 0) parts.schedule.redirect(publication, topic)
  else if (!parts.keep.letsPass(publication, topic)) return
  awaitKafka(parts, publication, publication.scheduledMs > 0 ? parts.schedule.route : topic.route)
  if (topic.chaos === null) append(parts, publication)
  else disturb(parts, publication, topic.chaos)
}

/** What the topic's chaos policy does to a message, then as usual. */
function disturb(parts: Wired, publication: Publication, policy: ChaosPolicy): void {
  const drawn = disturbance(policy, parts.random)
  if (drawn === null) return append(parts, publication)
  parts.scheduler.after(drawn.delayMs, () => {
    if (publication.stage !== 'preparing') return
    if (drawn.failure === null) append(parts, publication)
    else refuse(parts, publication, drawn.failure)
  })
}

/** It has a key: whether it is stamped and appended is for the key's shard to say. */
function storeOnce(parts: Wired, publication: Publication, body: Buffer): void {
  const { routed: topic, scheduledMs } = publication
  awaitKafka(parts, publication, scheduledMs > 0 ? parts.schedule.route : (topic as RoutedTopic).route)
  parts.keyed.take(publication, body)
}

/** An earlier request with the same key has stored the message, or a fellow has. */
function answerFound(parts: Wired, publication: Publication, found: FoundStored): void {
  if (publication.stage === 'answered') return
  const { messageId, scheduled, isReplay } = found
  publication.id = messageId
  // It was counted when it was stored.
  if (isReplay) publication.publisher = null
  finish(parts, publication, 201)
  publication.origin.stored(messageId, scheduled, isReplay)
}

function awaitKafka(parts: Wired, publication: Publication, route: KafkaRoute): void {
  const nowMs = parts.clock.monotonic()
  publication.stage = 'preparing'
  publication.route = route
  publication.readyMs = nowMs
  publication.deadlineMs = nowMs + parts.keep.budgetMs(publication, route.budgetMs)
  publication.queue?.remove(publication)
  route.deadlines.add(publication, nowMs)
}

/** Called again for a publication that waited for its topic's layout. */
function append(parts: Wired, publication: Publication): void {
  if (publication.stage !== 'preparing') return
  const appending = parts.kafka.append(publication)
  if (appending === 'noRoom') {
    return publication.later === null ? refuse(parts, publication, overloaded) : parts.keep.keep(publication)
  }
  if (appending === 'waiting') return
  publication.stage = 'appended'
  parts.room.release(publication)
}

/** The spool has it, and Kafka will. */
function concludeKept(parts: Wired, publication: Publication, where: Acceptance): void {
  if (publication.routed?.isTracked === true) parts.journal.accepted(publication)
  publication.routed?.preview?.offer(publication.value)
  finish(parts, publication, 202)
  publication.origin.accepted(publication.id, where)
}

/** Kafka's word has come, or the producer's that it will not. */
function conclude(parts: Wired, publication: Publication, outcome: AppendOutcome): void {
  if (!parts.keep.confirmed(publication, outcome)) return
  if (publication.stage === 'answered') return concludeLate(parts, publication, outcome)
  if (outcome.kind === 'stored') concludeStored(parts, publication, outcome)
  else refuse(parts, publication, outcomeRefusal(publication, outcome))
}

function concludeStored(parts: Wired, publication: Publication, outcome: StoredOutcome): void {
  if (publication.routed?.isTracked === true) parts.journal.stored(publication, outcome)
  publication.spans?.stored(outcome)
  const seconds = (parts.clock.monotonic() - publication.readyMs) / 1_000
  publication.routed?.counters().published(seconds)
  publication.routed?.preview?.offer(publication.value)
  finish(parts, publication, 201)
  publication.origin.stored(publication.id, scheduledAnswer(publication, outcome), false)
}

/** The publisher has heard that nobody knows; who asks for the trace hears the truth. */
function concludeLate(parts: Wired, publication: Publication, outcome: AppendOutcome): void {
  if (publication.routed?.isTracked !== true) return
  if (outcome.kind === 'stored') parts.journal.stored(publication, outcome)
  else if (outcome.kind === 'notStored') parts.journal.lost(publication, outcome.detail)
}

function expire(parts: Wired, publication: Publication): void {
  publication.reading?.abandon()
  if (parts.keep.expired(publication)) return
  const isPreparing = publication.stage === 'preparing'
  if (isPreparing) parts.kafka.forget(publication)
  const isUnkept = isPreparing && publication.idempotencyKey !== null
  const error = isUnkept ? keyUnavailable(keyNotKept) : lateRefusal(publication, parts.reading.budgetMs)
  refuse(parts, publication, error)
}

/** The frontend that refused it has written down why. */
function refuseQuietly(parts: Wired, publication: Publication, error: HermesError): void {
  publication.spans?.refused(error)
  finish(parts, publication, error.status)
  publication.origin.refused(publication.id, error)
}

function refuse(parts: Wired, publication: Publication, error: HermesError): void {
  if (publication.routed?.isTracked === true) parts.journal.refused(publication, error)
  refuseQuietly(parts, publication, error)
}

function finish(parts: Wired, publication: Publication, status: number): void {
  const { routed: topic, startedMs, publisher } = publication
  publication.stage = 'answered'
  publication.queue?.remove(publication)
  parts.room.release(publication)
  parts.metrics.inflight--
  const nowMs = parts.clock.monotonic()
  topic?.counters().answered(status, (nowMs - startedMs) / 1_000)
  if (topic !== null && publisher !== null) parts.publishers.count(topic.name, publisher, status < 300, nowMs)
  publication.spans?.ended(publication, status, nowMs)
}
