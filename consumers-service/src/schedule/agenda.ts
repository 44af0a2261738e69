// pure
/**
 * What one partition of the schedule topic still has to deliver, and when, as its log tells.
 * Takes the log's messages and marks in order. Gives what is to be taken now, then what is to be sent.
 * Promises: nothing is taken before its time, sent that the log does not say was taken, or over before it
 * says so; no topic has more than its part of what is under way, and one that Kafka takes nothing of one try
 * at a time. Bound: `rowsMax` rows of 41 bytes; beyond it the later half is forgotten, until `mustReread`.
 */
import type { OffsetRange } from '@iris/common/dead-letters/marker'
import type { MarkKind } from '@iris/common/schedule/schedule-record'
import { isBefore } from './due-heap.js'
import type { OverOffsets } from './over-offsets.js'
import { Rows, rowState, type RowState } from './rows.js'
import { TopicNumbers } from './topic-numbers.js'
import { TopicQueue } from './topic-queue.js'

/** A message to be sent. */
export interface DueMessage {
  readonly offset: number
  readonly dueMs: number
}

/** What may be taken out at once. */
export interface TakeLimits {
  readonly countMax: number
  /** One message is given, however large. */
  readonly bytesMax: number
}

/** A message of the log. */
export interface AgendaMessage extends DueMessage {
  readonly topic: string
  /** Of its record. */
  readonly bytes: number
}

/** The bounds of an agenda. */
export interface AgendaBounds {
  readonly rowsMax: number
  /** Of one topic, from claim to end. */
  readonly topicUnderWayMax: number
  /** Of one topic, being sent. */
  readonly topicSendMax: number
}

export interface Agenda {
  add(message: AgendaMessage): void
  /** A mark of the log. Gives how many messages it changed. */
  mark(kind: MarkKind, ranges: readonly OffsetRange[]): number
  /** What is due and not claimed yet, at most so many; they are claimed from now on. */
  claim(nowMs: number, countMax: number): readonly number[]
  /** The log did not take the mark that they were claimed for. */
  unclaim(offsets: readonly number[]): void
  /** What was taken and is not being sent, the earliest first. */
  next(nowMs: number, limits: TakeLimits): readonly DueMessage[]
  /** It was not sent: its topic is in doubt, and nothing of it is tried before `atMs`. */
  putBack(offset: number, atMs: number): void
  /** It was sent, or never will be: its topic is in no doubt, and the log will say so. */
  ended(offset: number): void
  /** When there is something to claim or to send; null while there is nothing to wait for. */
  nextMs(): number | null
  /** The lowest offset that still counts; null when all that was read is over. */
  lowMark(): number | null
  /** Messages that are not over; those that were forgotten are in it, cancelled ones among them too. */
  pendingCount(): number
  /** Those that were claimed and are not over. */
  underWayCount(): number
  /** Whether the log says of all messages what this process knows of them: nothing is claimed or sent. */
  isQuiet(): boolean
  /** Whether little is left before the time of forgotten messages. */
  mustReread(): boolean
}

/** Rows looked at to find the middle of all. */
const sampleMax = 1_001

/**
 * Makes an agenda of nothing. `over`: what an earlier one of the same log has seen to be over; without it a
 * log of which most is over could fill the agenda again and again before it tells so.
 */
export function createAgenda(bounds: AgendaBounds, over: OverOffsets): Agenda {
  const { rowsMax } = bounds
  const rows = new Rows()
  const topics = new TopicNumbers()
  const topicIn = (state: RowState) => ({
    topicOf(offset: number): number {
      const row = rows.find(offset)
      return row >= 0 && rows.state(row) === state ? rows.topic(row) : -1
    },
  })
  const due = new TopicQueue(topicIn(rowState.waiting))
  const ready = new TopicQueue(topicIn(rowState.taken))
  /** The topics of what is being sent. */
  const sending = new Map<number, number>()
  let underWay = 0
  /** Of these, taken ones that are not being sent. */
  let resting = 0
  /** What lies behind it is forgotten. */
  let horizon: DueMessage | null = null
  let forgottenFrom = Infinity
  let forgottenCount = 0

  const move = (row: number, to: RowState): void => {
    const from = rows.state(row)
    const change = Number(isUnderWay(to)) - Number(isUnderWay(from))
    underWay += change
    resting += Number(to === rowState.taken) - Number(from === rowState.taken)
    topics.of(rows.topic(row)).underWay += change
    rows.set(row, to)
  }
  const beginsAtMs = (topic: number): number => {
    const { underWay: count, isDoubtful } = topics.of(topic)
    return count < (isDoubtful ? 1 : bounds.topicUnderWayMax) ? -Infinity : Infinity
  }
  const sendsAtMs = (topic: number): number => {
    const { sending: count, isDoubtful, restUntilMs } = topics.of(topic)
    if (isDoubtful) return count === 0 ? restUntilMs : Infinity
    return count < bounds.topicSendMax ? -Infinity : Infinity
  }
  /** A sent one has come back. */
  const back = (offset: number, isDoubtful: boolean): void => {
    const topic = sending.get(offset)
    if (topic === undefined) return
    sending.delete(offset)
    const facts = topics.of(topic)
    facts.sending--
    facts.isDoubtful = isDoubtful
  }
  const isBeyond = (offset: number, dueMs: number): boolean =>
    horizon !== null && isBefore(horizon.dueMs, horizon.offset, dueMs, offset)
  const forget = (offset: number): void => {
    forgottenFrom = Math.min(forgottenFrom, offset)
    forgottenCount++
  }
  const squeeze = (): void => {
    rows.squeeze()
    due.squeeze()
    ready.squeeze()
  }
  /** Forgets the later half of what waits; what is under way is bounded by who claims. */
  const cut = (): void => {
    squeeze()
    horizon = middleOf(rows)
    for (let row = 0; row < rows.length; row++) {
      if (rows.state(row) !== rowState.waiting || !isBeyond(rows.offset(row), rows.dueMs(row))) continue
      forget(rows.offset(row))
      move(row, rowState.over)
    }
    squeeze()
  }
  const take = (row: number): boolean => {
    const state = rows.state(row)
    if (state !== rowState.waiting && state !== rowState.claimed) return false
    move(row, rowState.taken)
    ready.push(rows.dueMs(row), rows.offset(row))
    return true
  }
  const end = (row: number): boolean => {
    if (rows.state(row) === rowState.over) return false
    over.add(rows.offset(row))
    move(row, rowState.over)
    return true
  }
  const cancel = (row: number): boolean => {
    const state = rows.state(row)
    return state === rowState.waiting || state === rowState.claimed ? end(row) : false
  }
  const effects = { taken: take, delivered: end, dropped: end, refused: end, cancelled: cancel } as const

  return {
    add({ offset, dueMs, bytes, topic }) {
      if (over.has(offset)) return
      if (isBeyond(offset, dueMs)) return forget(offset)
      rows.add(offset, dueMs, bytes, topics.number(topic))
      due.push(dueMs, offset)
      if (rows.liveCount >= rowsMax) cut()
    },
    mark(kind, ranges) {
      let count = 0
      for (const { first, last } of ranges) {
        for (let row = rows.lowerBound(first); row < rows.length && rows.offset(row) <= last; row++)
          if (effects[kind](row)) count++
        // Also those without a row: these kinds are the end of a message whatever came before.
        const isEnd = kind !== 'taken' && kind !== 'cancelled'
        for (let offset = first; isEnd && forgottenCount > 0 && offset <= last; offset++) over.add(offset)
      }
      if (rows.isLoose()) squeeze()
      return count
    },
    claim(nowMs, countMax) {
      const offsets: number[] = []
      due.drain(nowMs, beginsAtMs, offset => {
        if (offsets.length >= countMax) return false
        offsets.push(offset)
        move(rows.find(offset), rowState.claimed)
        return true
      })
      return offsets
    },
    unclaim(offsets) {
      for (const offset of offsets) {
        const row = rows.find(offset)
        if (row < 0 || rows.state(row) !== rowState.claimed) continue
        move(row, rowState.waiting)
        due.push(rows.dueMs(row), offset)
      }
    },
    next(nowMs, { countMax, bytesMax }) {
      const messages: DueMessage[] = []
      let bytes = 0
      ready.drain(nowMs, sendsAtMs, (offset, topic) => {
        const row = rows.find(offset)
        bytes += rows.bytes(row)
        if (messages.length >= countMax || (messages.length > 0 && bytes > bytesMax)) return false
        messages.push({ offset, dueMs: rows.dueMs(row) })
        move(row, rowState.sending)
        sending.set(offset, topic)
        topics.of(topic).sending++
        return true
      })
      return messages
    },
    putBack(offset, atMs) {
      back(offset, true)
      const row = rows.find(offset)
      if (row < 0 || rows.state(row) !== rowState.sending) return
      const facts = topics.of(rows.topic(row))
      facts.restUntilMs = Math.max(facts.restUntilMs, atMs)
      move(row, rowState.taken)
      // At its own time, so that the topic's messages keep their order: it is the topic that waits.
      ready.push(rows.dueMs(row), offset)
    },
    ended: offset => back(offset, false),
    nextMs() {
      const earliest = Math.min(due.nextMs(beginsAtMs) ?? Infinity, ready.nextMs(sendsAtMs) ?? Infinity)
      return earliest === Infinity ? null : earliest
    },
    lowMark() {
      const low = Math.min(rows.firstLive() ?? Infinity, forgottenFrom)
      return low === Infinity ? null : low
    },
    pendingCount: () => rows.liveCount + forgottenCount,
    underWayCount: () => underWay,
    isQuiet: () => underWay === resting,
    // What was kept is what is due first, so that it gets less as the time of the rest comes near.
    mustReread: () => forgottenCount > 0 && rows.liveCount - underWay <= rowsMax >> 2,
  }
}

function isUnderWay(state: RowState): boolean {
  return state !== rowState.waiting && state !== rowState.over
}

/** About as many of the waiting rows come before it as after it. */
function middleOf(rows: Rows): DueMessage {
  const sample: DueMessage[] = []
  const step = Math.max(1, Math.floor(rows.length / sampleMax))
  for (let row = 0; row < rows.length; row += step)
    if (rows.state(row) === rowState.waiting)
      sample.push({ offset: rows.offset(row), dueMs: rows.dueMs(row) })
  sample.sort((one, other) => (isBefore(one.dueMs, one.offset, other.dueMs, other.offset) ? -1 : 1))
  return sample[sample.length >> 1] ?? { offset: Infinity, dueMs: Infinity }
}
