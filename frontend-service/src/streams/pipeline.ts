/**
 * READ FIRST. How a topic is read at the frontend, as a stream or by the answer.
 * Takes a request. `listen` enters, asks, takes a seat, finds its place, and reads until it is ended;
 * `pull` does the same and answers once. Promises: whoever goes gives back everything; every refusal comes
 * before the first byte, and what happens later is told within the stream.
 */
import type { IncomingMessage } from 'node:http'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { BrokenInvariant } from '@iris/common/lifecycle/invariant'
import type { Log } from '@iris/common/lifecycle/log'
import { notReady, stopping } from '../publish/refusals.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { ByteBudget } from './byte-budget.js'
import type { Departures } from '@iris/common/http/departures'
import type { Door } from './door.js'
import type { Feed } from './feed.js'
import type { Feeds } from './feeds.js'
import type { Groups } from './groups.js'
import type { HttpAnswers, ReadCall } from './http-answers.js'
import type { OpenStreams } from './open-streams.js'
import type { FindPlace } from './placing.js'
import { PullSink } from './pull.js'
import { Reading } from './reading.js'
import { answersFull, type Seats } from './seats.js'
import type { View } from './view.js'
import { createVisit, type Visit } from './visit.js'
import { readPullWish, readStreamWish, type Choice } from './wish.js'

export interface StreamPipelineParts {
  readonly log: Log
  readonly door: Door
  readonly seats: Seats
  readonly feeds: Feeds
  readonly findPlace: FindPlace
  readonly groups: Groups
  readonly open: OpenStreams
  readonly answers: HttpAnswers
  readonly departures: Departures
  /** Answers that were not taken yet. */
  readonly waiting: ByteBudget
  readonly isStopping: () => boolean
  readonly onRefused: (code: string) => void
  readonly onDefect: (error: unknown) => void
}

export interface StreamPipeline {
  listen(call: ReadCall): void
  pull(call: ReadCall): void
}

/** Beyond the time that the caller would wait. */
const pullMs = 10_000

/** Makes the pipeline. */
export function createStreamPipeline(parts: StreamPipelineParts): StreamPipeline {
  const { departures } = parts
  const start = (
    call: ReadCall,
    tell: Departures['tell'],
    read: (parts: StreamPipelineParts, call: ReadCall, visit: Visit) => Promise<void>,
  ): void => {
    const visit = createVisit()
    tell(call.request, call.response, () => visit.end())
    read(parts, call, visit).catch((error: unknown) => {
      visit.end()
      refuse(parts, call, error)
    })
  }
  return {
    listen: call => start(call, (...reader) => departures.tellOfListener(...reader), listen),
    pull: call => start(call, (...reader) => departures.tell(...reader), pull),
  }
}

async function listen(parts: StreamPipelineParts, call: ReadCall, visit: Visit): Promise<void> {
  const topic = await enter(parts, call)
  const wish = readStreamWish(queryOf(call.request), headerOf(call.request, 'last-event-id'))
  const feed = await takeSeat(parts, call, topic, visit)
  const view = look(feed, topic, wish, visit)
  if (wish.group !== null) {
    const group = await parts.groups.enter({ feed, view, name: wish.group, visit }, () =>
      parts.findPlace(feed, wish.start),
    )
    if (visit.isOver) return
    parts.answers.beginStream(call.request, call.response)
    const stream = parts.open.add({ call, topic, feed, view, reading: group.reading, visit })
    group.join(stream)
    visit.holds(() => group.leave(stream))
    return group.reading.pump()
  }
  const place = await parts.findPlace(feed, wish.start)
  if (visit.isOver) return
  parts.answers.beginStream(call.request, call.response)
  const stream = parts.open.add({ call, topic, feed, view, place, visit })
  stream.pump()
}

async function pull(parts: StreamPipelineParts, call: ReadCall, visit: Visit): Promise<void> {
  const topic = await enter(parts, call)
  const wish = readPullWish(queryOf(call.request))
  const feed = await takeSeat(parts, call, topic, visit)
  const view = look(feed, topic, wish, visit)
  const place = await parts.findPlace(feed, wish.start)
  if (visit.isOver) return
  const sink = new PullSink(view, wish.max, parts.waiting)
  visit.holds(() => sink.close())
  const reading = new Reading(feed, sink, place)
  visit.holds(() => reading.close())
  await parts.open.whenEnough({
    reading,
    sink,
    feed,
    visit,
    waitMs: wish.waitMs,
    limitMs: wish.waitMs + pullMs,
  })
  if (visit.isOver) return
  reading.close()
  if (sink.count === 0 && !reading.isAtHead())
    throw parts.waiting.hasRoom()
      ? notReady(`Kafka does not give messages of ${topic.name} now`)
      : answersFull()
  // The seat and the bytes are given back when the answer was taken.
  parts.answers.json(call.request, call.response, sink.body(reading.position))
}

/** Refuses who may not read before anything else is looked at. */
async function enter(parts: StreamPipelineParts, { request, topic }: ReadCall): Promise<RoutedTopic> {
  if (parts.isStopping()) throw stopping
  return parts.door.enter(request, topic)
}

async function takeSeat(
  { seats, feeds }: StreamPipelineParts,
  { request }: ReadCall,
  topic: RoutedTopic,
  visit: Visit,
): Promise<Feed> {
  visit.holds(seats.take(topic.name, request.socket.remoteAddress ?? ''))
  const feed = await feeds.open(topic)
  visit.holds(() => feeds.release(feed))
  return feed
}

function look(feed: Feed, topic: RoutedTopic, choice: Choice, visit: Visit): View {
  const view = feed.views.of(choice, topic.avroSubject === null ? 'JSON' : 'AVRO')
  visit.holds(() => feed.views.release(view))
  return view
}

function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

function refuse(parts: StreamPipelineParts, { request, response, topic }: ReadCall, error: unknown): void {
  const refused = refusalOf(parts, topic, error)
  parts.onRefused(refused.code)
  parts.answers.refuse(request, response, refused)
}

/** What is neither a refusal nor a defect of ours is Kafka's silence. */
function refusalOf({ log, onDefect }: StreamPipelineParts, topic: string, error: unknown): HermesError {
  if (error instanceof HermesError) return error
  if (error instanceof TypeError || error instanceof RangeError || error instanceof BrokenInvariant) {
    onDefect(error)
    return refusal('INTERNAL_ERROR', { problem: 'the read failed by a defect' }, 'frontend')
  }
  log.warn('streams.notRead', { topic, error })
  return notReady(`Topic ${topic} cannot be read from Kafka now`)
}
