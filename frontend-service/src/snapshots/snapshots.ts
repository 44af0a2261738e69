/**
 * READ FIRST. The newest message of a key: `GET /topics/{topic}/snapshot/{key}`.
 * Takes a request. Enters, brings the topic's keys up to date, looks the key up, and reads that one message
 * from Kafka. Promises: a message that was acknowledged before the question is seen; 404 only when all
 * was read and the key is not there; every answer comes within `answerMs`. Bounds: seats, topics, keys, and
 * the bytes of answers that were not taken yet.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { Route } from '@iris/common/http/router'
import type { CoordinatorCallsParts } from '@iris/common/kafka/coordinator-calls'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { createOpener } from '@iris/common/kafka/opener'
import { readRange } from '@iris/common/kafka/read-range'
import type { OpenRegistry } from '@iris/common/schema/open'
import { sleep, withDeadline } from '@iris/common/time/scheduler'
import { notReady, stopping } from '../publish/refusals.js'
import type { ByteBudget } from '../streams/byte-budget.js'
import type { Departures } from '@iris/common/http/departures'
import type { Door } from '../streams/door.js'
import type { HttpAnswers } from '../streams/http-answers.js'
import { answersFull, type Seats } from '../streams/seats.js'
import { createVisit, type Visit } from '../streams/visit.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { KeyBudget, KeyPlace } from './key-table.js'
import { TopicKeys, type TopicKeysParts } from './topic-keys.js'

export interface SnapshotParts extends Omit<TopicKeysParts, 'cluster' | 'scheduler'>, CoordinatorCallsParts {
  readonly door: Pick<Door, 'enter'>
  readonly seats: Pick<Seats, 'take'>
  readonly answers: HttpAnswers
  readonly departures: Departures
  /** Answers that were not taken yet, of pulls too. */
  readonly waiting: ByteBudget
  readonly registry: OpenRegistry | null
  readonly areIdsUsed: boolean
  readonly keysMax: number
  readonly isStopping: () => boolean
}

export interface Snapshots {
  readonly route: Route
  /** Lets go of topics that nobody has asked about for long. */
  tick(): void
  stop(): void
}

/** The answer. */
interface Snapshot {
  readonly body: Buffer
  readonly headers: readonly string[]
}

interface Held {
  readonly keys: TopicKeys
  readonly createdMs: number
  usedMs: number
  /** When it was first answered that it is full; infinite before. */
  fullSinceMs: number
}

const answerMs = 10_000
const idleMs = 600_000
/** A table that was full is not read again for so long. */
const fullMs = 60_000
const topicsMax = 100
/** Compaction may move on between the look at the table and the read. */
const looksMax = 3
const schemaAgainMs = 50

/** Makes it; nothing is read before the first question. */
export function createSnapshots(parts: SnapshotParts): Snapshots {
  const held = new Map<string, Held>()
  const budget: KeyBudget = { keysMax: parts.keysMax, keys: 0 }
  const nowMs = (): number => parts.clock.monotonic()
  const drop = (name: string): void => {
    held.get(name)?.keys.stop()
    held.delete(name)
  }
  const makeRoom = (): void => {
    if (held.size < topicsMax) return
    const [oldest] = [...held].sort(([, one], [, other]) => one.usedMs - other.usedMs)
    if (oldest !== undefined) drop(oldest[0])
  }
  const isUsable = ({ keys, fullSinceMs }: Held): boolean =>
    keys.table.isFull ? nowMs() - fullSinceMs < fullMs : !keys.isOver
  const heldOf = ({ kafkaTopic, createdMs }: RoutedTopic): Held => {
    const known = held.get(kafkaTopic)
    if (known?.createdMs === createdMs && isUsable(known)) {
      known.usedMs = nowMs()
      return known
    }
    drop(kafkaTopic)
    makeRoom()
    const keys = new TopicKeys(parts, kafkaTopic, budget)
    const made = { keys, createdMs, usedMs: nowMs(), fullSinceMs: Infinity }
    held.set(kafkaTopic, made)
    return made
  }
  /** Refuses where nothing can be told: an absent key of a table that was let go meanwhile may exist. */
  const check = (topic: RoutedTopic, known: Held): void => {
    if (known.keys.table.isFull) {
      known.fullSinceMs = Math.min(known.fullSinceMs, nowMs())
      throw refusal('SNAPSHOTS_FULL', { topic: topic.name, keysMax: parts.keysMax }, 'frontend')
    }
    if (known.keys.isOver) throw notReady(`The keys of topic ${topic.name} have to be read again`)
  }
  const find = async (topic: RoutedTopic, key: Buffer): Promise<Snapshot> => {
    const known = heldOf(topic)
    const { keys } = known
    const endMs = nowMs() + answerMs
    check(topic, known)
    for (let look = 0; look < looksMax; look++) {
      await keys.upToDate(endMs - nowMs())
      check(topic, known)
      const place = keys.table.find(key)
      if (place === null)
        throw refusal('SNAPSHOT_NOT_EXISTS', { topic: topic.name, key: key.toString('utf8') }, 'frontend')
      const entry = await entryAt(parts, topic, place, endMs)
      if (entry === null) continue
      if (isThatOf(entry, key, place)) return opened(parts, topic, entry, endMs)
      // The topic was made anew, and is as long as it was.
      if (held.get(topic.kafkaTopic) === known) drop(topic.kafkaTopic)
      check(topic, known)
    }
    throw notReady(`The newest message of this key of topic ${topic.name} changes too quickly to be read`)
  }
  const answer = async (
    request: IncomingMessage,
    name: string,
    key: string,
    visit: Visit,
  ): Promise<Snapshot> => {
    if (parts.isStopping()) throw stopping
    const topic = await parts.door.enter(request, name)
    if (!topic.isCompacted) {
      const problem = `Topic ${name} does not keep the newest message of each key: its compaction is not KEY`
      throw refusal('VALIDATION_ERROR', { problem }, 'frontend')
    }
    visit.holds(parts.seats.take(topic.name, request.socket.remoteAddress ?? ''))
    const finding = find(topic, Buffer.from(key, 'utf8'))
    const found = await withDeadline(parts.scheduler, answerMs, `the snapshot of ${name}`, finding)
    if (!parts.waiting.hasRoom()) throw answersFull()
    const { length } = found.body
    parts.waiting.bytes += length
    visit.holds(() => void (parts.waiting.bytes -= length))
    return found
  }
  const handle = (request: IncomingMessage, response: ServerResponse, name: string, key: string): void => {
    const visit = createVisit()
    parts.departures.tell(request, response, () => visit.end())
    answer(request, name, key, visit).then(
      ({ body, headers }) => parts.answers.json(request, response, body, headers),
      (error: unknown) => {
        visit.end()
        if (!(error instanceof HermesError)) parts.log.warn('snapshots.notRead', { topic: name, error })
        const refused = error instanceof HermesError ? error : notReady(`Topic ${name} is still being read`)
        parts.answers.refuse(request, response, refused)
      },
    )
  }
  return {
    route: {
      method: 'GET',
      path: '/topics/:name/snapshot/:key',
      handle: (request, response, { name = '', key = '' }) => handle(request, response, name, key),
    },
    tick() {
      for (const [name, { usedMs }] of held) if (nowMs() - usedMs >= idleMs) drop(name)
    },
    stop: () => [...held.keys()].forEach(drop),
  }
}

/** Null when compaction has removed it meanwhile, for a newer one. */
async function entryAt(
  parts: SnapshotParts,
  topic: RoutedTopic,
  place: KeyPlace,
  deadlineMs: number,
): Promise<LogEntry | null> {
  const { partition, offset: fromOffset } = place
  const where = { topic: topic.kafkaTopic, partition, fromOffset, deadlineMs }
  const [entry] = await readRange(parts, { ...where, entriesMax: 1, bytesMax: 1 })
  return entry?.offset === fromOffset ? entry : null
}

/** Whether it is still what the place was noted for. */
function isThatOf({ key, timestampMs }: LogEntry, wanted: Buffer, { timeMs }: KeyPlace): boolean {
  return key?.equals(wanted) === true && timestampMs === timeMs
}

async function opened(
  parts: SnapshotParts,
  topic: RoutedTopic,
  entry: LogEntry,
  endMs: number,
): Promise<Snapshot> {
  const { clock, scheduler, registry, areIdsUsed } = parts
  const ignore = (): void => undefined
  const plan = { topic: topic.name, isAvroTopic: topic.avroSubject !== null, isAvroWanted: false }
  const opener = createOpener(
    { clock, scheduler, registry, areIdsUsed, dropped: ignore, ready: ignore, avroRead: ignore },
    plan,
  )
  try {
    while (!opener.canOpen(entry)) {
      if (clock.monotonic() > endMs) throw notReady(opener.waitsFor([entry]) ?? 'the schema is not known')
      await sleep(scheduler, schemaAgainMs)
    }
    const { body, messageId, problem } = opener.open(entry)
    if (problem !== null) throw refusal('INTERNAL_ERROR', { problem }, 'frontend')
    const id = messageId === '' ? [] : ['Hermes-Message-Id', messageId]
    const time = new Date(entry.timestampMs).toUTCString()
    return { body, headers: [...id, 'ETag', `"${entry.partition}-${entry.offset}"`, 'Last-Modified', time] }
  } finally {
    opener.stop()
  }
}
