/**
 * READ FIRST: publish() = identify, admit, read, stamp, check, (schedule,) append, answer.
 * Takes a message for a topic, by its origin. Gives exactly one answer, 201 on Kafka's word only.
 * Promises: the id is there before anything can fail; whatever waits has a deadline. One record travels
 * through the steps, each goes on by a method of it: no promise, timer or closure a message.
 */
import type { ChaosPolicy } from '@iris/common/domain/topic-form'
import type { Clock, Random } from '@iris/common/time/clock'
import { HermesError } from '@iris/common/errors/hermes-error'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import type { KnownSchema } from '@iris/common/schema/schemas'
import type { Scheduler } from '@iris/common/time/scheduler'
import { admitKey } from '../idempotency/admit-key.js'
import type { KeyedEvents } from '../idempotency/keyed-publication.js'
import type { Keyed } from '../idempotency/keyed.js'
import { keyOnSchedule, keyUnavailable } from '../idempotency/refusals.js'
import type { PublishMetrics } from '../publish-metrics.js'
import type { RareLog } from '../rare-log.js'
import { scheduledAnswer, type Schedule } from '../schedule/schedule.js'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpAnswer, UnknownTopics } from '../topics/unknown-topics.js'
import { admit } from './admit.js'
import { createAppend, type Append } from './append.js'
import { disturbance } from './chaos.js'
import { checkContent, type CheckOptions } from './check.js'
import type { AvroCheck } from './check-avro.js'
import type { DeadlineQueue } from './deadline-queue.js'
import type { PublishJournal } from './journal.js'
import type { KafkaRoute } from './kafka-route.js'
import type { Origin } from './origin.js'
import type { Propagation } from './propagation.js'
import { Publication, type PublicationEvents } from './publication.js'
import {
  lateRefusal,
  noSchemaRegistry,
  overloaded,
  outcomeRefusal,
  topicAbsent,
  topicsNotLoaded,
  topicUnclear,
} from './refusals.js'
import { requestBytes, type Room } from './room.js'
import { stamp } from './stamp.js'

export interface PipelineParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly warn: RareLog
  readonly metrics: PublishMetrics
  readonly journal: PublishJournal
  readonly topics: TopicCache
  readonly unknownTopics: UnknownTopics
  readonly room: Room
  readonly propagation: Propagation
  /** Deadlines of messages whose topic is looked up or whose body is being read. */
  readonly reading: DeadlineQueue
  readonly rules: CheckOptions
  /** For topics with a chaos policy. */
  readonly random: Random
  readonly schedule: Schedule
  /** Makes the step of messages with an idempotency key. */
  readonly makeKeyed: (events: KeyedEvents) => Keyed
  /** Null where there is no schema registry. */
  readonly avro: AvroCheck | null
}

export interface Pipeline {
  /** Answers through the origin. `id`: the message's, where it has one of ours already. */
  publish(origin: Origin, topicName: string, id?: string): void
}

const keyNotKept = 'its key could not be looked up and written down in time'

interface Wired extends PipelineParts {
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
  }
  const again = (publication: Publication): void => append(wired, publication)
  const kafka = createAppend({ scheduler, warn, again, schedule: parts.schedule })
  const keyed = parts.makeKeyed({
    stamped: (publication, body, timestampMs) => stamp(parts.propagation, publication, body, timestampMs),
    replayed: (publication, messageId) => replay(wired, publication, messageId),
    refused(publication, error) {
      if (publication.stage !== 'answered') refuse(wired, publication, error)
    },
    refusedElsewhere(publication, messageId, error) {
      publication.id = messageId
      refuseQuietly(wired, publication, error)
    },
  })
  const wired: Wired = { ...parts, kafka, keyed }
  return {
    publish: (origin, topicName, id) => publish(wired, new Publication(events, origin, topicName, id)),
  }
}

function publish(parts: Wired, publication: Publication): void {
  publication.startedMs = parts.clock.monotonic()
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
  const refused = admit(origin, topic) ?? topic.gate?.charge(origin) ?? admitKey(publication, topic)
  if (refused !== null) return refuse(parts, publication, refused)
  const time = parts.schedule.timeOf(origin.sent, topic, parts.clock.now())
  if (typeof time !== 'number') return refuse(parts, publication, time)
  if (time > 0 && publication.idempotencyKey !== null) return refuse(parts, publication, keyOnSchedule)
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
  if (topic.avroSubject !== null) return findSchema(parts, publication, topic.avroSubject, body)
  const wrongContent = checkContent(parts.rules, body)
  if (wrongContent !== null) refuse(parts, publication, wrongContent)
  else accept(parts, publication, topic, body)
}

/** The schema that a message is of: it is known, or the message waits until the registry has said. */
function findSchema(parts: Wired, publication: Publication, subject: string, body: Buffer): void {
  const { avro } = parts
  const { sent } = publication.origin
  if (avro === null) return refuse(parts, publication, noSchemaRegistry)
  const known = avro.schemaOf(subject, sent)
  if (known !== undefined) return checkAvro(parts, publication, known, body)
  publication.stage = 'checking'
  void avro.ask(subject, sent).then(answer => {
    if (publication.stage !== 'checking') return
    if (answer instanceof HermesError) refuse(parts, publication, answer)
    else checkAvro(parts, publication, answer, body)
  })
}

function checkAvro(parts: Wired, publication: Publication, known: KnownSchema, body: Buffer): void {
  const { routed: topic, origin } = publication
  if (topic === null || parts.avro === null) return
  const checked = parts.avro.check(known, topic.name, origin.sent, body)
  if (checked instanceof HermesError) return refuse(parts, publication, checked)
  publication.avro = checked
  accept(parts, publication, topic, body)
}

/** Nothing is wrong with the message itself. */
function accept(parts: Wired, publication: Publication, topic: RoutedTopic, body: Buffer): void {
  if (body.length > topic.bodyBytesWarned)
    parts.warn('publish.overTopicLimit', { topic: topic.name, bytes: body.length })
  if (publication.idempotencyKey !== null) return storeOnce(parts, publication, body)
  stamp(parts.propagation, publication, body, parts.clock.now())
  publication.topic = topic.kafkaTopic
  if (publication.scheduledMs > 0) parts.schedule.redirect(publication, topic)
  awaitKafka(publication, publication.scheduledMs > 0 ? parts.schedule.route : topic.route, parts.clock)
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
  awaitKafka(publication, (publication.routed as RoutedTopic).route, parts.clock)
  parts.keyed.take(publication, body)
}

/** An earlier request with the same key has stored the message: the same answer again. */
function replay(parts: Wired, publication: Publication, messageId: string): void {
  if (publication.stage === 'answered') return
  publication.id = messageId
  finish(parts, publication, 201)
  publication.origin.stored(messageId, null)
}

function awaitKafka(publication: Publication, route: KafkaRoute, clock: Clock): void {
  const nowMs = clock.monotonic()
  publication.stage = 'preparing'
  publication.route = route
  publication.deadlineMs = nowMs + route.budgetMs
  publication.queue?.remove(publication)
  route.deadlines.add(publication, nowMs)
}

/** Called again for a publication that waited for its topic's layout. */
function append(parts: Wired, publication: Publication): void {
  if (publication.stage !== 'preparing') return
  const appending = parts.kafka.append(publication)
  if (appending === 'noRoom') return refuse(parts, publication, overloaded)
  if (appending === 'waiting') return
  publication.stage = 'appended'
  parts.room.release(publication)
}

/** Kafka's word has come, or the producer's that it will not. */
function conclude(parts: Wired, publication: Publication, outcome: AppendOutcome): void {
  if (publication.stage === 'answered') return concludeLate(parts, publication, outcome)
  if (outcome.kind !== 'stored') return refuse(parts, publication, outcomeRefusal(publication, outcome))
  if (publication.routed?.isTracked === true) parts.journal.stored(publication, outcome)
  publication.routed?.counters().published()
  publication.routed?.preview?.offer(publication.value)
  finish(parts, publication, 201)
  publication.origin.stored(publication.id, scheduledAnswer(publication, outcome))
}

/** The publisher has heard that nobody knows; who asks for the trace hears the truth. */
function concludeLate(parts: Wired, publication: Publication, outcome: AppendOutcome): void {
  if (publication.routed?.isTracked !== true) return
  if (outcome.kind === 'stored') parts.journal.stored(publication, outcome)
  else if (outcome.kind === 'notStored') parts.journal.lost(publication, outcome.detail)
}

function expire(parts: Wired, publication: Publication): void {
  publication.reading?.abandon()
  if (publication.stage === 'preparing') parts.kafka.forget(publication)
  const isUnkept = publication.stage === 'preparing' && publication.idempotencyKey !== null
  const error = isUnkept ? keyUnavailable(keyNotKept) : lateRefusal(publication, parts.reading.budgetMs)
  refuse(parts, publication, error)
}

/** The frontend that refused it has written down why. */
function refuseQuietly(parts: Wired, publication: Publication, error: HermesError): void {
  finish(parts, publication, error.status)
  publication.origin.refused(publication.id, error)
}

function refuse(parts: Wired, publication: Publication, error: HermesError): void {
  if (publication.routed?.isTracked === true) parts.journal.refused(publication, error)
  finish(parts, publication, error.status)
  publication.origin.refused(publication.id, error)
}

function finish(parts: Wired, publication: Publication, status: number): void {
  const { routed: topic, startedMs } = publication
  publication.stage = 'answered'
  publication.queue?.remove(publication)
  parts.room.release(publication)
  parts.metrics.inflight--
  topic?.counters().answered(status, (parts.clock.monotonic() - startedMs) / 1_000)
}
