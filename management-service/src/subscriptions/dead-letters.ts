/**
 * The dead letters of a subscription, newest first.
 * Takes names, a count and the id to go on after. Gives items and the id to go on with. Bounds: `limitMax`
 * items, `answerBytesMax` bytes of bodies (one item is always given), `windowsMax` reads of Kafka.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { messageIdHeader, readDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import { deadLetterTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaRecord, KafkaRecords } from '../store/kafka-ports.js'
import type { SubscriptionStore } from '../store/ports.js'

export interface DeadLetterParts {
  readonly store: SubscriptionStore
  readonly kafka: KafkaRecords
  readonly namespace: KafkaNamespace
}

/** What to list. */
export interface DeadLetterQuery {
  readonly topic: TopicName
  readonly name: SubscriptionName
  readonly limit: string | null
  readonly after: string | null
}

/** One dead letter as the API shows it. Members without a value are left out. */
export interface DeadLetterItem {
  /** Place in the dead-letter topic: `partition-offset`. */
  readonly id: string
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  /** Where the message was published. */
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** When it was given up, milliseconds since the epoch. */
  readonly time: number
  /** Base64. */
  readonly body: string
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetterItem[]
  /** The `after` of the next page; left out on the last. */
  readonly next?: string
}

/** A dead-letter topic has one partition. */
const partition = 0
export const limitMax = 100
const answerBytesMax = 8_388_608
const windowEntries = 10
const windowsMax = 50

/** Lists dead letters. */
export async function listDeadLetters(
  parts: DeadLetterParts,
  query: DeadLetterQuery,
): Promise<DeadLetterPage> {
  const { topic, name } = query
  const limit = limitOf(query.limit)
  const before = offsetOf(query.after)
  if ((await parts.store.subscription(topic, name)) === null) {
    throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic })
  }
  const kafkaTopic = deadLetterTopicName(parts.namespace, topic, name)
  const range = await parts.kafka.range(kafkaTopic, partition)
  if (range === null) return { items: [] }
  const { first, next } = range
  return readBackwards(parts.kafka, kafkaTopic, { first, before: Math.min(next, before), limit })
}

interface Place {
  readonly first: number
  readonly before: number
  readonly limit: number
}

async function readBackwards(kafka: KafkaRecords, kafkaTopic: string, place: Place): Promise<DeadLetterPage> {
  const items: DeadLetterItem[] = []
  let before = place.before
  let bytes = 0
  for (
    let windows = 0;
    windows < windowsMax && items.length < place.limit && before > place.first;
    windows++
  ) {
    const from = Math.max(place.first, before - Math.min(windowEntries, place.limit - items.length))
    const records = await readWindow(kafka, kafkaTopic, from, before)
    const found = records.reverse().map(itemOf)
    items.push(...found)
    before = from
    bytes += found.reduce((sum, item) => sum + item.body.length, 0)
    if (bytes >= answerBytesMax) break
  }
  return before > place.first ? { items, next: `${partition}-${before}` } : { items }
}

/** Every record from `from` to before `before`, although one read may give fewer. */
async function readWindow(
  kafka: KafkaRecords,
  kafkaTopic: string,
  from: number,
  before: number,
): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = []
  let position = from
  while (position < before) {
    const bounds = { entriesMax: before - position, bytesMax: answerBytesMax }
    const read = await kafka.read(kafkaTopic, partition, position, bounds)
    const last = read.at(-1)
    if (last === undefined) break
    records.push(...read.filter(record => record.offset < before))
    position = last.offset + 1
  }
  return records
}

function itemOf(record: KafkaRecord): DeadLetterItem {
  const facts = readDeadLetterHeaders(name => record.header(name))
  return {
    id: `${record.partition}-${record.offset}`,
    messageId: record.header(messageIdHeader)?.toString('utf8') ?? '',
    reason: facts?.reason ?? 'The record says nothing about its death',
    class: facts?.class ?? 'pipeline',
    attempts: facts?.attempts ?? 0,
    ...(facts === null || facts.lastStatus === null ? {} : { lastStatus: facts.lastStatus }),
    topic: facts?.topic ?? '',
    partition: facts?.partition ?? -1,
    offset: facts?.offset ?? -1,
    time: record.timestampMs,
    body: record.value?.toString('base64') ?? '',
  }
}

function limitOf(text: string | null): number {
  if (text === null) return limitMax
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= limitMax) return limit
  throw refusal('VALIDATION_ERROR', { problem: `limit must be a number from 1 to ${limitMax}` })
}

/** The offset in an id; everything is before it where there is none. */
function offsetOf(id: string | null): number {
  if (id === null) return Number.MAX_SAFE_INTEGER
  const match = /^\d{1,5}-(\d{1,15})$/.exec(id)
  if (match === null) throw refusal('VALIDATION_ERROR', { problem: 'after must be an id such as 0-42' })
  return Number(match[1])
}
