// pure
/**
 * What is gathered for the next batch, by Hermes' rules: count, bytes, age.
 * Takes elements with their bytes, the policy and the time. Gives whether one more fits, and when it is ripe.
 * Promises: a batch's body, brackets and commas included, never has more bytes than `batchVolume`.
 * Bound: `batchSize` elements of `batchVolume` bytes; the policy may change while it is filled.
 */

/** What of a batch policy bounds a batch. */
export interface BatchBounds {
  readonly batchSize: number
  readonly batchTimeMs: number
  readonly batchVolume: number
}

/** What an element costs beside its bytes: the bracket or comma before it, and the bracket at the end. */
const frameBytes = 2
const bytesBefore = 1

/** Whether no batch could hold an element of so many bytes. */
export function isTooLarge(elementBytes: number, bounds: BatchBounds): boolean {
  return elementBytes + frameBytes > bounds.batchVolume
}

export class Gathering<T extends { readonly bytes: number }> {
  private readonly gathered: T[] = []
  private usedBytes = 0
  private sinceMs = Infinity

  get elements(): readonly T[] {
    return this.gathered
  }

  fits(element: T, bounds: BatchBounds): boolean {
    return element.bytes + frameBytes <= bounds.batchVolume - this.usedBytes
  }

  /** Adds an element that waits since `sinceMs`. */
  add(element: T, sinceMs: number): void {
    this.sinceMs = Math.min(this.sinceMs, sinceMs)
    this.gathered.push(element)
    this.usedBytes += element.bytes + bytesBefore
  }

  /** Whether nothing more goes in, however small. */
  isFull(bounds: BatchBounds): boolean {
    return this.gathered.length >= bounds.batchSize || bounds.batchVolume - this.usedBytes < frameBytes
  }

  /** When the age of its oldest element makes it ripe; Infinity without one. */
  ripeAtMs(bounds: BatchBounds): number {
    return this.sinceMs + bounds.batchTimeMs
  }

  /** Takes out what is given away; those that stay keep their order and the age of the oldest. */
  removeWhere(isGone: (element: T) => boolean): readonly T[] {
    const gone = this.gathered.filter(isGone)
    const kept = this.gathered.filter(element => !isGone(element))
    this.gathered.length = 0
    this.usedBytes = 0
    for (const element of kept) this.add(element, this.sinceMs)
    if (kept.length === 0) this.sinceMs = Infinity
    return gone
  }
}
