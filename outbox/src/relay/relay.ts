/**
 * The relay: reads open messages, publishes them, settles them; the same three steps until it is stopped.
 * Takes a source and a way to publish. Gives figures.
 * Promises: a row is settled only after Iris has answered for it, and the next of its lane is not sent
 * before; reads and settlements never overlap. Bounds: rows, bytes, requests and waiting lanes.
 */
import { setMaxListeners } from 'node:events'
import type { Log } from '@iris/common/lifecycle/log'
import { backoffMs } from '@iris/common/time/backoff'
import type { Clock, Random } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { Signal } from '@iris/common/time/signal'
import { problemOf, type OutboxMessage } from '../message.js'
import { fateOf, type Fate, type PublishAnswer } from './judge.js'
import { Lanes, type Lane } from './lanes.js'
import type { OutboxSource } from './source.js'

/** Publishes once. Never rejects; ends within its own deadline, or at once when `signal` says so. */
export type Publish = (message: OutboxMessage, tries: number, signal: AbortSignal) => Promise<PublishAnswer>

export interface RelayParts {
  readonly source: OutboxSource
  readonly publish: Publish
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly log: Log
}

export interface RelayOptions {
  /** Requests under way at the same time, each of another lane. */
  readonly inflightMax: number
  /** How often the source is asked when nothing wakes the relay. */
  readonly pollMs: number
}

/** What it has done so far, and what it holds. */
export interface RelayFigures {
  readonly sent: number
  readonly failed: number
  /** Tries that were to be repeated. */
  readonly repeated: number
  readonly inflight: number
  readonly waitingLanes: number
}

export interface Relay {
  /** Relays until `stop`, which it outlives by the requests under way. Rejects when the source does. */
  run(): Promise<void>
  /** Begins no further request; `run` resolves when those under way are settled. */
  stop(): void
  /** There may be something new. */
  wake(): void
  figures(): RelayFigures
}

const rowsMax = 500
const bytesMax = 16 * 1024 * 1024
/** Below that a read is worth its while. */
const rowsLowMark = rowsMax / 2
/** With more lanes in trouble than that, nothing new is begun: the trouble is Iris', not theirs. */
const waitingMax = 100
/** What Iris has not answered by then after a stop is repeated by the next relay. */
const drainMs = 10_000
const backoff = { firstMs: 200, factor: 2, capMs: 10_000 } as const

/** Makes a relay that does nothing yet. */
export function createRelay(parts: RelayParts, options: RelayOptions): Relay {
  const { source, publish, clock, scheduler, random, log } = parts
  const lanes = new Lanes()
  const counts = { sent: 0, failed: 0, repeated: 0 }
  const waits = new Set<Cancel>()
  const ended = new AbortController()
  setMaxListeners(0, ended.signal) // each request under way listens
  const bell = new Signal()
  let inflight = 0
  let isStopping = false
  let mayHaveMore = true

  const pump = (): void => {
    while (!isStopping && inflight < options.inflightMax) {
      const lane = lanes.next()
      if (lane === null) return
      inflight++
      void send(lane).finally(() => {
        inflight--
        pump()
        bell.ring()
      })
    }
  }
  const send = async (lane: Lane): Promise<void> => {
    const message = lane.rows[0]?.message
    if (message === undefined) return
    const problem = problemOf(message)
    const fate: Fate =
      problem === null
        ? fateOf(await publish(message, lane.tries, ended.signal), clock.now())
        : { kind: 'failed', reason: problem }
    settle(lane, message, fate)
  }
  const settle = (lane: Lane, { id, topic }: OutboxMessage, fate: Fate): void => {
    // Cut off by us: nobody knows, so it stays open and is repeated.
    if (fate.kind === 'again' && ended.signal.aborted) return
    if (fate.kind === 'sent') {
      counts.sent++
      return lanes.sent(lane)
    }
    const { reason } = fate
    if (fate.kind === 'failed') {
      counts.failed++
      log.error('outbox.failed', { messageId: id, topic, reason })
      return lanes.fail(lane, reason)
    }
    counts.repeated++
    lanes.wait(lane)
    const delayMs = Math.max(fate.afterMs ?? 0, backoffMs(backoff, lane.tries) * (0.5 + random() / 2))
    log.warn('outbox.again', {
      messageId: id,
      topic,
      reason,
      tries: lane.tries,
      afterMs: Math.round(delayMs),
    })
    const cancel = scheduler.after(delayMs, () => {
      waits.delete(cancel)
      lanes.resume(lane)
      mayHaveMore = true
      pump()
    })
    waits.add(cancel)
  }
  /** Tells the source what became of rows; false when there is nothing to tell. */
  const tell = async (): Promise<boolean> => {
    const { sent, failed } = lanes.unsettled()
    if (failed.length > 0) await source.failed(failed)
    if (sent.length > 0) await source.sent(sent)
    lanes.settled([...sent, ...failed.map(each => each.row)])
    return sent.length + failed.length > 0
  }
  /** Fetches rows; false when there is no room or nothing new. */
  const fetchRows = async (): Promise<boolean> => {
    const hasRoom = lanes.rowCount <= rowsLowMark && lanes.waitingCount < waitingMax
    if (!mayHaveMore || isStopping || !hasRoom) return false
    mayHaveMore = false
    const wanted = { rowsMax: rowsMax - lanes.rowCount, bytesMax, ...lanes.beginRead() }
    const rows = await source.read(wanted)
    mayHaveMore ||= rows.length > 0
    lanes.add(rows)
    pump()
    return rows.length > 0
  }
  return {
    async run() {
      try {
        while (!isStopping || inflight > 0) {
          if ((await tell()) || (await fetchRows())) continue
          if (await bell.waitAtMost(scheduler, options.pollMs)) continue
          mayHaveMore = true
        }
        await tell()
      } finally {
        isStopping = true
        ended.abort()
        for (const cancel of waits) cancel()
        while (inflight > 0) await bell.waitAtMost(scheduler, options.pollMs)
      }
    },
    stop() {
      isStopping = true
      waits.add(scheduler.after(drainMs, () => ended.abort()))
      bell.ring()
    },
    wake() {
      mayHaveMore = true
      bell.ring()
    },
    figures: () => ({ ...counts, inflight, waitingLanes: lanes.waitingCount }),
  }
}
