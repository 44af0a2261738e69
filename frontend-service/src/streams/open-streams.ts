/**
 * The streams that are open, and what is done with all of them each second.
 * Takes streams. Gives them signs of life, and ends those that must end, with the reason: too slow, too old,
 * no longer permitted, the topic gone, the process stopping. Promises: bytes that wait for readers stay
 * within their bound, a second and an event of each aside; who cannot take its last words is cut off `cutMs`
 * later.
 */
import type { Clock, Random } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { Door } from './door.js'
import type { Feed } from './feed.js'
import type { ReadCall } from './http-answers.js'
import type { PullSink } from './pull.js'
import { Reading, type Place } from './reading.js'
import { SseStream, type EndReason } from './sse-stream.js'
import type { View } from './view.js'
import type { Visit } from './visit.js'

export interface OpenStreamsLimits {
  readonly heartbeatMs: number
  readonly lifetimeMs: number
  readonly stalledMs: number
  /** Bytes that wait for one reader, and for all. */
  readonly waitingBytesMax: number
  readonly allWaitingBytesMax: number
}

export interface OpenStreamsParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly door: Pick<Door, 'refusal' | 'topic'>
  readonly limits: OpenStreamsLimits
  readonly onEvent: () => void
  readonly onEnded: (reason: EndReason) => void
}

interface StreamOpening {
  readonly call: ReadCall
  readonly topic: RoutedTopic
  readonly feed: Feed
  readonly view: View
  readonly visit: Visit
}

/** A stream of its own begins at a place; a member of a group reads with that. */
export type NewStream = StreamOpening & ({ readonly place: Place } | { readonly reading: Reading })

export interface EnoughRequest {
  readonly reading: Reading
  readonly sink: PullSink
  readonly feed: Feed
  readonly visit: Visit
  /** How long to wait for a first message. */
  readonly waitMs: number
  /** After so long it is over anyway. */
  readonly limitMs: number
}

export interface OpenStreams {
  /** Begins to write; the stream leaves with its visit. */
  add(stream: NewStream): SseStream & { pump(): void }
  /** Resolves when an answer has enough, or will get no more in time. */
  whenEnough(request: EnoughRequest): Promise<void>
  tick(): void
  /** Ends all. */
  endAll(reason: EndReason): void
  count(): number
  behindCount(): number
  waitingBytes(): number
}

interface Entry extends StreamOpening {
  readonly stream: SseStream
  readonly reading: Reading
  readonly endsMs: number
  checkedMs: number
}

const cutMs = 2_000
/** Those that began together do not all end together. */
const lifetimeSpread = 0.1

/** Makes a table without streams. */
export function createOpenStreams(parts: OpenStreamsParts): OpenStreams {
  const { clock, scheduler, random, door, limits } = parts
  const entries = new Set<Entry>()
  let isCrowded = false
  const nowMs = (): number => clock.monotonic()

  const end = (entry: Entry, reason: EndReason): void => {
    if (entry.stream.isEnded) return
    parts.onEnded(reason)
    entry.stream.end(reason)
    // Its connection: a response that waits behind another on it has none of its own to destroy.
    const cancel = scheduler.after(cutMs, () => entry.call.request.socket.destroy())
    entry.visit.holds(cancel)
  }
  const reasonToEnd = (entry: Entry): EndReason | null => {
    const topic = door.topic(entry.topic.name)
    if (topic === undefined) return 'removed'
    if (topic.createdMs !== entry.topic.createdMs || entry.feed.isReplaced) return 'replaced'
    if (nowMs() >= entry.endsMs) return 'expired'
    if (nowMs() - entry.stream.fullSinceMs >= limits.stalledMs) return 'lagging'
    if (nowMs() - entry.checkedMs < limits.heartbeatMs) return null
    entry.checkedMs = nowMs()
    return door.refusal(entry.call.request, topic) === null ? null : 'forbidden'
  }
  const waitingBytes = (): number => {
    let bytes = 0
    for (const { stream } of entries) bytes += stream.waitingBytes()
    return bytes
  }
  /** Cuts off who has taken nothing for longest, until the rest fits. */
  const makeRoom = (): void => {
    let bytes = waitingBytes()
    isCrowded = bytes > limits.allWaitingBytesMax
    if (!isCrowded) return
    const stalled = [...entries].filter(({ stream }) => stream.fullSinceMs < Infinity && !stream.isEnded)
    stalled.sort((one, other) => one.stream.fullSinceMs - other.stream.fullSinceMs)
    for (const entry of stalled) {
      if (bytes <= limits.allWaitingBytesMax) break
      bytes -= entry.stream.waitingBytes()
      end(entry, 'lagging')
    }
  }

  return {
    add(opening) {
      const { call, view, visit, feed } = opening
      const { waitingBytesMax, lifetimeMs } = limits
      const pump = (): void => reading.pump()
      const position = 'place' in opening ? opening.place.position : opening.reading.position
      const { response } = call
      const { onEvent } = parts
      const stream = new SseStream(
        { response, view, waitingBytesMax, nowMs, onEvent, isCrowded: () => isCrowded, onRoom: pump },
        position,
      )
      const reading = 'place' in opening ? new Reading(feed, stream, opening.place) : opening.reading
      if ('place' in opening) visit.holds(() => reading.close())
      const endsMs = nowMs() + lifetimeMs * (1 - lifetimeSpread * random())
      const entry = { ...opening, stream, reading, endsMs, checkedMs: nowMs() }
      entries.add(entry)
      visit.holds(() => entries.delete(entry))
      return Object.assign(stream, { pump })
    },
    whenEnough({ reading, sink, feed, visit, waitMs, limitMs }) {
      const { promise, resolve } = withResolver()
      let mustWait = waitMs > 0
      const look = (): void => {
        const hasAll = reading.isAtHead() && (sink.count > 0 || !mustWait)
        if (hasAll || feed.isReplaced || !sink.hasRoom()) resolve()
      }
      const stopWaiting = (): void => {
        mustWait = false
        look()
      }
      const cancels = [scheduler.after(waitMs, stopWaiting), scheduler.after(limitMs, resolve)]
      visit.holds(() => {
        cancels.forEach(cancel => cancel())
        resolve()
      })
      sink.rest = look
      reading.pump()
      return promise
    },
    tick() {
      for (const entry of entries) {
        const reason = reasonToEnd(entry)
        if (reason !== null) end(entry, reason)
        else {
          entry.stream.beat(limits.heartbeatMs)
          entry.reading.pump()
        }
      }
      makeRoom()
    },
    endAll(reason) {
      for (const entry of entries) end(entry, reason)
    },
    count: () => entries.size,
    behindCount: () => [...entries].filter(({ reading }) => reading.isBehind()).length,
    waitingBytes,
  }
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>(done => void (resolve = done))
  return { promise, resolve }
}
