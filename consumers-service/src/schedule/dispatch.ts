/**
 * The way of messages whose time has come into their topics.
 * Takes places in the schedule topic. Gives value, key and own headers of the records to the producer, and
 * tells of each once what came of it. Promises: `delivered` on Kafka's word only (acks=all), `refused` only
 * for its size; whatever else keeps it out waits, with the reason. The envelope keeps the time of publishing;
 * the record has that of the append, so that retention and every search by time count from there.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { AppendOutcome, NotStoredCause, Producer, ProducerMessage } from '@iris/common/kafka/producer'
import type { Log } from '@iris/common/lifecycle/log'
import {
  readScheduleRecord,
  scheduleHeaderPrefix,
  type ScheduleFacts,
} from '@iris/common/schedule/schedule-record'
import type { Clock } from '@iris/common/time/clock'
import type { DueMessage } from './agenda.js'
import type { WaitReason } from './figures.js'
import type { PartitionRunParts, Sending } from './partition-run.js'

/** A message with all that is needed to send it. */
export interface LoadedMessage extends DueMessage {
  readonly entry: LogEntry
  readonly facts: ScheduleFacts
}

/** Where a topic's messages go now; null where there is no such topic. */
export interface Destination {
  readonly kafkaTopic: string
  readonly createdMs: number
}

export interface DispatchParts {
  readonly clock: Clock
  readonly log: Log
  readonly producer: Producer
  load(partition: number, offsets: readonly number[]): Promise<ReadonlyMap<number, LogEntry>>
  destination(topic: string): Promise<Destination | null>
  /** Why nothing may be sent now, or null. */
  heldBack(): string | null
  /** Kafka has it in its topic. */
  stored(message: LoadedMessage, place: { readonly partition: number; readonly offset: number }): void
  /** Kafka will never have it. */
  refused(message: LoadedMessage, reason: string): void
}

export interface DispatchOptions {
  /** For one try to store a message; what was sent in it waits for Kafka's word. */
  readonly storeMs: number
  /** Between tries. */
  readonly retryMs: number
}

type Ended = (message: DueMessage, outcome: Sending) => void

/** Makes the way. */
export function createDispatch(parts: DispatchParts, options: DispatchOptions): PartitionRunParts['send'] {
  const again = (waits: WaitReason): Sending => ({ againAtMs: parts.clock.now() + options.retryMs, waits })
  const sendTopic = async (
    topic: string,
    messages: readonly LoadedMessage[],
    ended: Ended,
  ): Promise<void> => {
    const destination = await parts.destination(topic)
    const isMeant = (each: LoadedMessage): boolean => isFor(each.facts, destination)
    const kafkaTopic = messages.some(isMeant) ? await ready(destination) : ''
    // Nothing fails from here on, so that each is told of once.
    for (const message of messages) {
      if (isMeant(message)) append(message, kafkaTopic, ended)
      else drop(message, ended)
    }
  }
  const ready = async (destination: Destination | null): Promise<string> => {
    const kafkaTopic = destination?.kafkaTopic ?? ''
    if (parts.producer.partitionFor(kafkaTopic, null) < 0)
      await parts.producer
        .prepare(kafkaTopic)
        .catch((error: unknown) => parts.log.warn('schedule.noLayout', { kafkaTopic, error }))
    return kafkaTopic
  }
  const append = (message: LoadedMessage, kafkaTopic: string, ended: Ended): void => {
    const record = new Outgoing(parts, options, { message, kafkaTopic, ended })
    if (record.partition < 0) return ended(message, again('no_topic'))
    if (parts.heldBack() !== null || !parts.producer.append(record)) ended(message, again('not_sent'))
  }
  const drop = (message: LoadedMessage, ended: Ended): void => {
    const { topic, topicCreatedMs } = message.facts
    parts.log.warn('schedule.topicRemoved', { topic, topicCreatedMs, messageId: idOf(message.entry) })
    ended(message, 'dropped')
  }
  const failed = (messages: readonly DueMessage[], ended: Ended, error: unknown): void => {
    parts.log.warn('schedule.notSent', { count: messages.length, error })
    for (const message of messages) ended(message, again('not_sent'))
  }
  const sendAll = async (partition: number, messages: readonly DueMessage[], ended: Ended): Promise<void> => {
    const offsets = messages.map(({ offset }) => offset)
    const entries = await parts.load(partition, offsets)
    const loaded = new Map<string, LoadedMessage[]>()
    for (const message of messages) {
      const entry = entries.get(message.offset)
      const facts = entry === undefined ? null : (readScheduleRecord(entry)?.message ?? null)
      if (entry === undefined || facts === null) {
        parts.log.error('schedule.messageGone', { partition, offset: message.offset })
        ended(message, 'dropped')
        continue
      }
      const group = loaded.get(facts.topic)
      if (group === undefined) loaded.set(facts.topic, [{ ...message, entry, facts }])
      else group.push({ ...message, entry, facts })
    }
    for (const [topic, group] of loaded)
      sendTopic(topic, group, ended).catch((error: unknown) => failed(group, ended, error))
  }
  return (partition, messages, ended) =>
    void sendAll(partition, messages, ended).catch((error: unknown) => failed(messages, ended, error))
}

class Outgoing implements ProducerMessage {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: readonly Buffer[]
  readonly headers: ProducerMessage['headers']
  readonly timestampMs: number
  readonly deadlineMs: number
  /** What was sent and not answered is sent again by the producer only: two batches would both be stored. */
  readonly isPatient = true

  constructor(
    private readonly parts: DispatchParts,
    private readonly options: DispatchOptions,
    private readonly sent: {
      readonly message: LoadedMessage
      readonly kafkaTopic: string
      readonly ended: Ended
    },
  ) {
    const { entry } = sent.message
    this.topic = sent.kafkaTopic
    this.key = entry.key
    this.partition = parts.producer.partitionFor(this.topic, this.key)
    this.value = entry.value === null ? [] : [entry.value]
    this.headers = entry.headers().filter(([name]) => !name.startsWith(scheduleHeaderPrefix))
    this.timestampMs = parts.clock.now()
    this.deadlineMs = parts.clock.monotonic() + options.storeMs
  }

  done(outcome: AppendOutcome): void {
    const { parts, sent } = this
    const { message } = sent
    if (outcome.kind === 'stored') {
      parts.stored(message, outcome)
      return sent.ended(message, 'delivered')
    }
    const about = { topic: this.topic, messageId: idOf(message.entry), detail: outcome.detail }
    const cause = outcome.kind === 'notStored' ? outcome.cause : null
    if (cause === 'tooLarge') {
      parts.log.error('schedule.refused', about)
      parts.refused(message, outcome.detail)
      return sent.ended(message, { refused: outcome.detail })
    }
    const waits = cause === null ? 'no_word' : reasonOf[cause]
    parts.log.warn('schedule.notStored', { ...about, waits })
    sent.ended(message, { againAtMs: parts.clock.now() + this.options.retryMs, waits })
  }
}

/**
 * Why a message waits that Kafka surely does not have. A refusal may be a matter of the topic's settings or
 * of a clock, which others set right; a message that is too large stays so.
 */
const reasonOf: Readonly<Record<Exclude<NotStoredCause, 'tooLarge'>, WaitReason>> = {
  refused: 'refused',
  barred: 'barred',
  unknownTopic: 'no_topic',
  deadline: 'no_word',
  stopped: 'not_sent',
}

/** A topic made again is another one; 0: whoever published did not know when it was made. */
function isFor({ topicCreatedMs }: ScheduleFacts, destination: Destination | null): boolean {
  return destination !== null && (topicCreatedMs === 0 || topicCreatedMs === destination.createdMs)
}

/** The message's id, for the log. */
export function idOf(entry: LogEntry): string {
  return entry.header('id')?.toString('latin1') ?? ''
}
