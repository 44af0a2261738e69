/**
 * A dead-letter topic in memory, for tests.
 * Takes letters and markers. Gives a log to walk over, whose offsets may have holes.
 */
import {
  messageIdHeader,
  writeDeadLetterHeaders,
  type DeadLetterFacts,
} from '../../kafka/dead-letter-headers.js'
import type { LogEntry } from '../../kafka/log-entry.js'
import { markerHeader, writeMarkers, type ClosedAs, type OffsetRange } from '../marker.js'
import type { LetterLog } from '../walk.js'

/** A record as somebody appends it. */
export interface MemoryRecord {
  readonly key?: Buffer | null
  readonly value: Buffer
  readonly headers: readonly (readonly [name: string, value: Buffer])[]
  readonly timestampMs?: number
}

export interface MemoryLog {
  first: number
  next: number
  /** Offsets from and to before which somebody looked, in their order. */
  readonly scans: (readonly [from: number, before: number])[]
  readonly log: LetterLog
  append(record: MemoryRecord): number
  /** A letter with plain facts; its message id is `message-<offset>`. */
  letter(facts?: Partial<DeadLetterFacts>, body?: string, timestampMs?: number): number
  close(ranges: readonly OffsetRange[], as?: ClosedAs): void
  /** Leaves an offset without a record. */
  skip(count?: number): void
  removeBelow(offset: number): void
  /** As Kafka finds the first offset that is not older than a time; the first of all without one. */
  firstSince(timeMs: number | null): number
}

const factsDefault: DeadLetterFacts = {
  reason: 'Message sending failed with status code: 500',
  class: 'expired',
  attempts: 4,
  cause: '',
  lastStatus: 500,
  topic: 'acme.orders',
  subscription: 'billing',
  partition: 3,
  offset: 0,
  publishedMs: 1,
}

/** Makes an empty one. */
export function createMemoryLog(first = 0): MemoryLog {
  let entries: LogEntry[] = []
  const self: MemoryLog = {
    first,
    next: first,
    scans: [],
    log: {
      scan(from, before, visit) {
        self.scans.push([from, before])
        const until = Math.min(before, self.next)
        for (const entry of entries) if (entry.offset >= from && entry.offset < until) visit(entry)
        return Promise.resolve(Math.max(from, until))
      },
    },
    append(record) {
      entries.push(entryOf(self.next, record))
      return self.next++
    },
    letter(facts = {}, body = `body ${self.next}`, timestampMs = 1_000 + self.next) {
      const all = { ...factsDefault, offset: self.next * 10, ...facts }
      const id = [messageIdHeader, Buffer.from(`message-${self.next}`)] as const
      const headers = [id, ...writeDeadLetterHeaders(all)]
      return self.append({ value: Buffer.from(body), headers, timestampMs })
    },
    close(ranges, as = 'redriven') {
      for (const value of writeMarkers(ranges)) {
        self.append({ value, headers: [[markerHeader, Buffer.from(as)]] })
      }
    },
    skip(count = 1) {
      self.next += count
    },
    removeBelow(offset) {
      self.first = Math.max(self.first, offset)
      entries = entries.filter(entry => entry.offset >= offset)
    },
    firstSince: timeMs =>
      timeMs === null
        ? self.first
        : (entries.find(entry => entry.timestampMs >= timeMs)?.offset ?? self.next),
  }
  return self
}

function entryOf(
  offset: number,
  { key = null, value, headers, timestampMs = 1_000 + offset }: MemoryRecord,
): LogEntry {
  const entry: LogEntry = {
    ...{ topic: 'acme.orders.billing_dlq', partition: 0, offset, lastOffset: offset },
    ...{ timestampMs, key, value, problem: null },
    header: wanted => headers.filter(([name]) => name === wanted).at(-1)?.[1] ?? null,
    headers: () => headers,
    detach: () => entry,
  }
  return entry
}
