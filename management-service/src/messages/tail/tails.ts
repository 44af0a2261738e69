/**
 * Live tails of topics: who watches what comes.
 * Takes a topic, which of its messages, and the way to a viewer. Promises: a topic is read once however many
 * watch it, and not at all when nobody does; a viewer that loses its right, or whose topic goes, is told
 * within `checkMs` and ended; who cannot take its last words is cut off `cutMs` later. Bounds: `TailLimits`.
 */
import type { Principal } from '@iris/common/access/principal'
import type { Topic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { createInspector } from '@iris/common/filter/filters'
import type { AnswerStream } from '@iris/common/http/api'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { LogReader } from '@iris/common/kafka/reader'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { TopicStore } from '../../store/ports.js'
import { mayReadMessages } from '../read-messages.js'
import { createTailPlaces, type TailLimits } from './tail-places.js'
import { TailStream, type TailChoice, type TailEnd } from './tail-stream.js'
import { TopicTail, type TopicTailParts } from './topic-tail.js'

export interface TailsParts extends Omit<TopicTailParts, 'reader'>, TailLimits {
  readonly reader: LogReader
  readonly store: Pick<TopicStore, 'topic'>
  readonly namespace: KafkaNamespace
  readonly log: Log
}

export interface TailRequest {
  readonly topic: Topic
  readonly choice: TailChoice
  /** Whose tails count together. */
  readonly caller: string
  /** Gives who watches, or rejects where that one may not look at the topic any more. */
  readonly judgeAgain: () => Promise<Principal>
}

export interface Tails {
  /** Takes a place, and gives who writes into the answer. Refuses who is one too many. */
  open(request: TailRequest): Promise<(to: AnswerStream) => void>
  count(): number
  start(): void
  /** Tells everybody to connect elsewhere, and takes nobody any more. */
  endAll(): void
  stop(): Promise<void>
}

interface Viewer extends TailRequest {
  readonly stream: TailStream
  readonly to: AnswerStream
  checkedMs: number
}

interface Entry {
  readonly id: string
  readonly tail: TopicTail
  readonly started: Promise<void>
  users: number
}

const tickMs = 1_000
export const checkMs = 10_000
const cutMs = 2_000
const layoutMs = 5_000

/** Makes it; nothing is read before somebody watches. */
export function createTails(parts: TailsParts): Tails {
  const { reader, store, clock, scheduler, log, cluster } = parts
  const places = createTailPlaces(parts)
  const tails = new Map<string, Entry>()
  const viewers = new Map<Viewer, TopicTail>()
  const inspector = createInspector()
  let isStopping = false
  let isReading = false
  let layoutAskedMs = 0
  let cancel: Cancel = () => undefined

  const end = (viewer: Viewer, reason: TailEnd): void => {
    if (viewer.stream.isEnded) return
    viewer.stream.end(reason)
    const cancelCut = scheduler.after(cutMs, () => viewer.to.cut())
    viewer.to.onGone(cancelCut)
  }
  const endOf = (tail: TopicTail, reason: TailEnd): void => {
    for (const [viewer, of] of viewers) if (of === tail) end(viewer, reason)
  }
  const release = (entry: Entry): void => {
    if (--entry.users > 0) return
    if (tails.get(entry.id) === entry) tails.delete(entry.id)
    entry.tail.stop()
  }
  const make = (topic: Topic): Entry => {
    if (!isReading) reader.start()
    isReading = true
    const kafkaTopic = kafkaTopicName(parts.namespace, topic.name)
    const tail: TopicTail = new TopicTail(parts, topic, kafkaTopic, () => endOf(tail, 'replaced'))
    const entry = { id: lifeOf(topic), tail, started: tail.start(), users: 0 }
    tails.set(entry.id, entry)
    return entry
  }
  const enter = async (topic: Topic): Promise<Entry> => {
    const entry = tails.get(lifeOf(topic)) ?? make(topic)
    entry.users++
    try {
      await entry.started
    } catch (error) {
      release(entry)
      throw error
    }
    return entry
  }
  const check = async (viewer: Viewer): Promise<void> => {
    const { topic } = viewer
    try {
      const [principal, stored] = await Promise.all([viewer.judgeAgain(), store.topic(topic.name)])
      if (stored === null) end(viewer, 'removed')
      else if (lifeOf(stored.value) !== lifeOf(topic)) end(viewer, 'replaced')
      else if (!mayReadMessages(stored.value, principal)) end(viewer, 'forbidden')
    } catch (error) {
      // What nobody can tell now is asked again; only a refusal is the end of a right.
      const isRefused = error instanceof HermesError && (error.status === 401 || error.status === 403)
      if (isRefused) end(viewer, 'forbidden')
      else log.debug('tails.notJudged', { topic: topic.name, error })
    }
  }
  const tick = (): void => {
    const nowMs = clock.monotonic()
    for (const viewer of viewers.keys()) {
      viewer.stream.tick()
      if (nowMs - viewer.checkedMs < checkMs) continue
      viewer.checkedMs = nowMs
      void check(viewer)
    }
    if (tails.size === 0 || nowMs - layoutAskedMs < layoutMs) return
    layoutAskedMs = nowMs
    const names = [...tails.values()].map(({ tail }) => kafkaTopicName(parts.namespace, tail.topic.name))
    cluster.refresh(names).then(
      () => tails.forEach(({ tail }) => tail.grow()),
      (error: unknown) => log.debug('tails.layoutUnknown', { error }),
    )
  }
  const watch = (request: TailRequest, { tail }: Entry, to: AnswerStream, leave: () => void): void => {
    const stream: TailStream = new TailStream(to, request.choice, inspector, () => end(viewer, 'lagging'))
    const viewer: Viewer = { ...request, stream, to, checkedMs: clock.monotonic() }
    viewers.set(viewer, tail)
    tail.viewers.add(stream)
    to.onGone(() => {
      stream.isEnded = true
      viewers.delete(viewer)
      tail.viewers.delete(stream)
      leave()
    })
    if (isStopping) end(viewer, 'stopping')
  }

  return {
    async open(request) {
      if (isStopping) throw refusal('NOT_READY', { problem: 'This management is stopping' })
      const free = places.take(request.caller)
      try {
        const entry = await enter(request.topic)
        const leave = (): void => {
          free()
          release(entry)
        }
        return to => watch(request, entry, to, leave)
      } catch (error) {
        free()
        throw error
      }
    },
    count: places.count,
    start: () => void (cancel = scheduler.every(tickMs, tick)),
    endAll() {
      isStopping = true
      for (const viewer of viewers.keys()) end(viewer, 'stopping')
    },
    async stop() {
      cancel()
      this.endAll()
      for (const { tail } of tails.values()) tail.stop()
      tails.clear()
      if (isReading) await reader.stop()
    },
  }
}

/** A topic that is made anew, or holds something else now, is another one. */
function lifeOf({ name, createdAtMs, contentType }: Topic): string {
  return `${name} ${createdAtMs} ${contentType}`
}
