// pure
/**
 * Offsets of many topics by the time at which they are wanted, where a topic may have to stand aside.
 * Takes pairs in any order. Gives what is due and whose topic may go; what may not go stands aside in the
 * order of its topic, so that it is passed over once and not each time. Bound: that of its owner's rows.
 */
import { DueHeap } from './due-heap.js'

/** What the owner knows of an offset. */
export interface QueuedRows {
  /** The topic, as a number; -1 where the offset does not belong here any more. */
  topicOf(offset: number): number
}

/** Looked at in one go, so that a flood of one topic does not hold up the process. */
const stepsMax = 20_000

export class TopicQueue {
  private readonly front = new DueHeap()
  private readonly aside = new Map<number, DueHeap>()

  constructor(private readonly rows: QueuedRows) {}

  push(timeMs: number, offset: number): void {
    this.front.push(timeMs, offset)
  }

  /**
   * Shows what is due and may go, until `take` says no; what it says yes to is taken out.
   * @param goesAtMs - From when on a topic's may go; Infinity while nobody can say.
   */
  drain(
    nowMs: number,
    goesAtMs: (topic: number) => number,
    take: (offset: number, topic: number) => boolean,
  ): void {
    for (const [topic, heap] of this.aside) {
      while (goesAtMs(topic) <= nowMs && isDue(this.fresh(heap), nowMs)) {
        if (!take(heap.firstOffset, topic)) return
        heap.pop()
      }
      if (heap.size === 0) this.aside.delete(topic)
    }
    for (let steps = 0; steps < stepsMax && isDue(this.fresh(this.front), nowMs); steps++) {
      const { firstOffset: offset } = this.front
      const topic = this.rows.topicOf(offset)
      if (goesAtMs(topic) > nowMs) this.putAside(topic, this.front.firstMs ?? 0, offset)
      else if (!take(offset, topic)) return
      this.front.pop()
    }
  }

  /** When there is something that may go; null while there is nothing. */
  nextMs(goesAtMs: (topic: number) => number): number | null {
    let earliest = this.fresh(this.front).firstMs ?? Infinity
    for (const [topic, heap] of this.aside) {
      const firstMs = this.fresh(heap).firstMs ?? Infinity
      earliest = Math.min(earliest, Math.max(firstMs, goesAtMs(topic)))
    }
    return earliest === Infinity ? null : earliest
  }

  /** Forgets what does not belong here any more; costs one walk over all. */
  squeeze(): void {
    const isOurs = (offset: number): boolean => this.rows.topicOf(offset) >= 0
    this.front.filter(isOurs)
    for (const heap of this.aside.values()) heap.filter(isOurs)
  }

  private putAside(topic: number, timeMs: number, offset: number): void {
    const heap = this.aside.get(topic) ?? new DueHeap()
    heap.push(timeMs, offset)
    this.aside.set(topic, heap)
  }

  /** The heap without what stands first in it and was meanwhile decided otherwise. */
  private fresh(heap: DueHeap): DueHeap {
    while (heap.size > 0 && this.rows.topicOf(heap.firstOffset) < 0) heap.pop()
    return heap
  }
}

function isDue({ firstMs }: DueHeap, nowMs: number): boolean {
  return firstMs !== null && firstMs <= nowMs
}
