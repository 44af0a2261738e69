/**
 * The step of messages with an `Idempotency-Key`, between their check and Kafka.
 * Takes a checked publication. Gives it to the shard of its key, here or at the fellow that owns it.
 * Promises: ends by the publication's deadline, since the pipeline watches it; what a fellow answered is
 * answered here unchanged.
 */
import { HermesError } from '@iris/common/errors/hermes-error'
import { errorCodes, type ErrorCode } from '@iris/common/errors/codes'
import { firstHeaderValue, withoutHeaders } from '@iris/common/http/raw-headers'
import type { Clock } from '@iris/common/time/clock'
import type { Fellow } from '../fellows/card.js'
import type { Company } from '../fellows/company.js'
import type { Forwarded } from '../fellows/forward.js'
import type { Publication } from '../publish/publication.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { overloaded } from '../publish/refusals.js'
import type { Room } from '../publish/room.js'
import type { Schedule } from '../schedule/schedule.js'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import { shardOf } from './key.js'
import {
  KeyedPublication,
  type KeyedEvents,
  type KeyedSurroundings,
  type KeyFigures,
} from './keyed-publication.js'
import type { MessagePlace } from './keyed-request.js'
import { keyUnavailable, sentAndUnheard } from './refusals.js'
import type { ShardClaim } from './shard-claim.js'
import type { Shard } from './shard.js'
import type { Shards } from './shards.js'

export interface Keyed {
  /** Takes a publication in the stage `preparing`. */
  take(publication: Publication, body: Buffer): void
}

export interface KeyedParts {
  readonly clock: Clock
  readonly room: Room
  readonly schedule: Pick<Schedule, 'kafkaTopic' | 'partitionFor' | 'prepare'>
  readonly shards: Shards
  readonly company: Pick<Company, 'forward' | 'isForwarded'>
  readonly figures: KeyFigures
  /** Why nothing that owns a shard may act now, or null. */
  readonly doubt: () => string | null
  /** Told of what should never happen; the message is answered all the same. */
  readonly onDefect: (error: unknown) => void
}

const nobody = 'no frontend is known that the key belongs to'
const moving = 'the key moves from one frontend to another'

/** Makes the step. */
export function createKeyed(parts: KeyedParts, events: KeyedEvents): Keyed {
  const { clock, room, figures, shards, company } = parts
  const surroundings: KeyedSurroundings = {
    ...{ events, room, figures, scheduleTopic: parts.schedule.kafkaTopic },
    choosePlace: publication => choosePlace(parts, publication),
  }

  const forward = async (publication: Publication, body: Buffer, fellow: Fellow): Promise<void> => {
    const { origin, topicName, deadlineMs } = publication
    const answer = await company.forward(fellow, {
      ...{ method: 'POST', path: `/topics/${topicName}`, body },
      // The error body of a fellow is read here, and written anew as the sender wants it.
      headers: withoutHeaders(origin.sent.rawHeaders, ['accept']),
      limitMs: Math.max(1, deadlineMs - clock.monotonic()),
    })
    if (publication.stage !== 'answered') passBack(events, publication, answer)
  }
  const passOn = (publication: Publication, body: Buffer, fellow: Fellow): void => {
    // From now on the fellow may store it, whatever is heard of that.
    publication.stage = 'appended'
    forward(publication, body, fellow).catch((error: unknown) => {
      parts.onDefect(error)
      events.refused(publication, sentAndUnheard(publication))
    })
  }
  const serve = (request: KeyedPublication, publication: Publication, shard: Shard | null): void => {
    if (request.isAnswered()) return
    if (shard === null) return events.refused(publication, keyUnavailable(moving))
    if (request.hold()) shard.take(request)
    else events.refused(publication, overloaded)
  }
  const awaitShard = (claim: ShardClaim, request: KeyedPublication, publication: Publication): void => {
    const isWaiting = claim.whenServed({
      served: shard => serve(request, publication, shard),
      isAnswered: () => request.isAnswered(),
    })
    if (!isWaiting) events.refused(publication, overloaded)
  }

  return {
    take(publication, body) {
      const request = new KeyedPublication(surroundings, publication, body, publication.idempotencyKey ?? '')
      const where = shards.whereabouts(shardOf(request.digest))
      if (where.kind === 'here') {
        const problem = parts.doubt()
        const shard = where.claim.shard()
        if (problem !== null) events.refused(publication, keyUnavailable(problem))
        else if (shard !== null) serve(request, publication, shard)
        else awaitShard(where.claim, request, publication)
      } else if (where.kind === 'nobody') events.refused(publication, keyUnavailable(nobody))
      else if (company.isForwarded(publication.origin.sent))
        events.refused(publication, keyUnavailable(moving))
      else passOn(publication, publication.event?.sent ?? body, where.fellow)
    },
  }
}

const messageIdHeader = 'hermes-message-id'
const replayHeader = 'idempotent-replay'

/** Answers as the fellow has answered. */
function passBack(events: KeyedEvents, publication: Publication, answer: Forwarded): void {
  if (answer.kind === 'failed') {
    const error = answer.isUnsent ? keyUnavailable(answer.detail) : sentAndUnheard(publication)
    return events.refused(publication, error)
  }
  const messageId = firstHeaderValue(answer.headers, messageIdHeader) ?? publication.id
  if (answer.status === 201) {
    const isReplay = firstHeaderValue(answer.headers, replayHeader) === 'true'
    return events.found(publication, { messageId, scheduled: scheduledOf(answer.headers), isReplay })
  }
  const { code, message } = problemOf(answer.body)
  const error = new HermesError(code, message, answer.status, passedBackOf(answer.headers))
  events.refusedElsewhere(publication, messageId, error)
}

/** What a fellow has answered of the time that the message waits for. */
function scheduledOf(rawHeaders: readonly string[]): ScheduledAnswer | null {
  const dueMs = Date.parse(firstHeaderValue(rawHeaders, 'deliver-at') ?? '')
  if (Number.isNaN(dueMs)) return null
  return { id: firstHeaderValue(rawHeaders, 'schedule-id') ?? null, dueMs }
}

const passedBack = ['Retry-After', 'WWW-Authenticate'] as const

/** The headers of a refusal that tell its sender what to do. */
function passedBackOf(rawHeaders: readonly string[]): Readonly<Record<string, string>> {
  const found = passedBack.map(name => [name, firstHeaderValue(rawHeaders, name.toLowerCase())] as const)
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** What a fellow that is stopping, or is no frontend at all, answers has no code of the table. */
function problemOf(body: Buffer): { code: ErrorCode; message: string } {
  try {
    const { code, message } = JSON.parse(body.toString('utf8')) as { code?: unknown; message?: unknown }
    if (typeof code === 'string' && code in errorCodes)
      return { code: code as ErrorCode, message: String(message) }
  } catch {
    // Said below.
  }
  return {
    code: 'IDEMPOTENCY_UNAVAILABLE',
    message: 'The frontend that the key belongs to does not serve it',
  }
}

/** The partition by the message's key or its time, as soon as Kafka shows the topic. */
async function choosePlace(
  { clock, schedule }: Pick<KeyedParts, 'clock' | 'schedule'>,
  publication: Publication,
): Promise<MessagePlace> {
  const { kafkaTopic, route } = publication.routed as RoutedTopic
  const isForLater = publication.scheduledMs > 0
  const topic = isForLater ? schedule.kafkaTopic : kafkaTopic
  for (;;) {
    const partition = isForLater
      ? schedule.partitionFor(publication)
      : route.producer.partitionFor(kafkaTopic, publication.key)
    if (partition >= 0) return { kafkaTopic: topic, partition }
    if (clock.monotonic() >= publication.deadlineMs) throw new Error(`Kafka does not show the topic ${topic}`)
    await (isForLater ? schedule.prepare() : route.producer.prepare(kafkaTopic))
  }
}
