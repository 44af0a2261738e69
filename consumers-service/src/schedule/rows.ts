// pure
/**
 * What is known of the messages of one partition, a row each, by offset.
 * Takes rows in rising order. Gives them by offset, in logarithmic time. 25 bytes a row; rows that are over
 * are squeezed out when they are more than half.
 */
import { invariant } from '@iris/common/lifecycle/invariant'

/** How far a message has come. */
export const rowState = { waiting: 0, claimed: 1, taken: 2, sending: 3, over: 4 } as const
export type RowState = (typeof rowState)[keyof typeof rowState]

const firstCapacity = 64
/** Squeezing fewer is not worth the walk. */
const squeezedMin = 1_024

export class Rows {
  length = 0
  /** Rows that are over and still take room. */
  overCount = 0
  private first = 0
  private offsets = new Float64Array(firstCapacity)
  private dues = new Float64Array(firstCapacity)
  private sizes = new Uint32Array(firstCapacity)
  private topics = new Uint32Array(firstCapacity)
  private states = new Uint8Array(firstCapacity)

  get liveCount(): number {
    return this.length - this.overCount
  }

  add(offset: number, dueMs: number, bytes: number, topic: number): void {
    invariant(offset > (this.offsets[this.length - 1] ?? -1), 'offsets rise', { offset })
    if (this.length === this.offsets.length) this.grow()
    const row = this.length++
    this.offsets[row] = offset
    this.dues[row] = dueMs
    this.sizes[row] = bytes
    this.topics[row] = topic
    this.states[row] = rowState.waiting
  }

  /** The row of an offset, or -1. */
  find(offset: number): number {
    const row = this.lowerBound(offset)
    return row < this.length && this.offset(row) === offset ? row : -1
  }

  /** The first row at or after an offset; `length` where there is none. */
  lowerBound(offset: number): number {
    let [low, high] = [this.first, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.offset(middle) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  offset(row: number): number {
    return this.offsets[row] ?? -1
  }

  dueMs(row: number): number {
    return this.dues[row] ?? Infinity
  }

  bytes(row: number): number {
    return this.sizes[row] ?? 0
  }

  /** The number of its topic. */
  topic(row: number): number {
    return this.topics[row] ?? -1
  }

  state(row: number): RowState {
    return (this.states[row] ?? rowState.over) as RowState
  }

  set(row: number, state: RowState): void {
    if (this.state(row) === rowState.over) return
    this.states[row] = state
    if (state === rowState.over) this.overCount++
  }

  /** The offset of the first row that is not over, or null. */
  firstLive(): number | null {
    while (this.first < this.length && this.state(this.first) === rowState.over) this.first++
    return this.first < this.length ? this.offset(this.first) : null
  }

  /** Whether squeezing is worth it. Rows have other numbers afterwards. */
  isLoose(): boolean {
    return this.overCount >= squeezedMin && this.overCount > this.length >> 1
  }

  squeeze(): void {
    let kept = 0
    for (let row = 0; row < this.length; row++) {
      if (this.state(row) === rowState.over) continue
      this.offsets[kept] = this.offset(row)
      this.dues[kept] = this.dueMs(row)
      this.sizes[kept] = this.bytes(row)
      this.topics[kept] = this.topic(row)
      this.states[kept] = this.state(row)
      kept++
    }
    this.length = kept
    this.first = 0
    this.overCount = 0
  }

  private grow(): void {
    const { offsets, dues, sizes, topics, states } = this
    const capacity = offsets.length * 2
    this.offsets = new Float64Array(capacity)
    this.dues = new Float64Array(capacity)
    this.sizes = new Uint32Array(capacity)
    this.topics = new Uint32Array(capacity)
    this.states = new Uint8Array(capacity)
    this.offsets.set(offsets)
    this.dues.set(dues)
    this.sizes.set(sizes)
    this.topics.set(topics)
    this.states.set(states)
  }
}
