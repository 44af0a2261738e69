// pure
/**
 * Messages of one partition in the order they came, before they are in a batch.
 * Takes entries at the end, and entries of a dissolved batch at the head. Gives them from the head.
 * Promises: never reorders; taking costs the same however long the queue is.
 * Bound: the producer's ledger of bytes.
 */
import type { ProducerMessage } from './producer-message.js'
import { batchHeaderBytes } from './record-batch.js'

/** A message that waits for its outcome. */
export interface Entry {
  readonly message: ProducerMessage
  /** The most bytes it takes in a batch. */
  readonly bytes: number
  /** On `clock.monotonic()`, in whole milliseconds. */
  readonly addedMs: number
  isAnswered: boolean
}

/** Taken entries at the head of the array are cut off when they are at least so many, and half of it. */
const cutMin = 1_024

export class LaneQueue {
  private entries: Entry[] = []
  private head = 0

  get isEmpty(): boolean {
    return this.head === this.entries.length
  }

  push(entry: Entry): void {
    this.entries.push(entry)
  }

  /** Puts entries before all others, in their order. */
  putBack(entries: readonly Entry[]): void {
    this.entries = [...entries, ...this.waiting()]
    this.head = 0
  }

  /**
   * The next batch: entries from the head while they fit, at least one whatever its size.
   * Entries past their deadline are taken out on the way.
   */
  take(bytesMax: number, countMax: number, nowMs: number): { expired: Entry[]; taken: Entry[] } {
    const expired: Entry[] = []
    const taken: Entry[] = []
    let bytes = batchHeaderBytes
    while (taken.length < countMax) {
      const entry = this.entries[this.head]
      if (entry === undefined) break
      if (entry.message.deadlineMs <= nowMs) {
        expired.push(entry)
      } else {
        bytes += entry.bytes
        if (bytes > bytesMax && taken.length > 0) break
        taken.push(entry)
      }
      this.head += 1
    }
    this.cut()
    return { expired, taken }
  }

  /** Takes out what is past its deadline, wherever it stands. */
  removeExpired(nowMs: number): Entry[] {
    const expired: Entry[] = []
    const kept: Entry[] = []
    for (const entry of this.waiting()) {
      if (entry.message.deadlineMs <= nowMs) expired.push(entry)
      else kept.push(entry)
    }
    if (expired.length > 0) {
      this.entries = kept
      this.head = 0
    }
    return expired
  }

  /** Takes everything out. */
  removeAll(): Entry[] {
    const all = this.waiting()
    this.entries = []
    this.head = 0
    return all
  }

  /** The earliest deadline, or Infinity. */
  earliestDeadlineMs(): number {
    let earliest = Infinity
    for (const { message } of this.waiting()) earliest = Math.min(earliest, message.deadlineMs)
    return earliest
  }

  private waiting(): Entry[] {
    return this.head === 0 ? this.entries : this.entries.slice(this.head)
  }

  private cut(): void {
    const isWorthIt = this.head >= cutMin && this.head * 2 >= this.entries.length
    if (!this.isEmpty && !isWorthIt) return
    this.entries = this.isEmpty ? [] : this.waiting()
    this.head = 0
  }
}
