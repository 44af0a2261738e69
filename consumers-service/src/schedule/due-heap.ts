// pure
/**
 * Offsets by the time at which they are wanted, the earliest first, and by offset where times are equal.
 * Takes pairs in any order. Gives the first of them. 16 bytes a pair; bounded by its owner.
 */

const firstCapacity = 64

export class DueHeap {
  size = 0
  private times = new Float64Array(firstCapacity)
  private offsets = new Float64Array(firstCapacity)

  /** The earliest time, or null. */
  get firstMs(): number | null {
    return this.size === 0 ? null : this.timeAt(0)
  }

  /** The offset wanted first; -1 when there is none. */
  get firstOffset(): number {
    return this.size === 0 ? -1 : this.offsetAt(0)
  }

  push(timeMs: number, offset: number): void {
    if (this.size === this.times.length) this.grow()
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(timeMs, offset, this.timeAt(parent), this.offsetAt(parent))) break
      this.put(at, this.timeAt(parent), this.offsetAt(parent))
      at = parent
    }
    this.put(at, timeMs, offset)
  }

  /** Takes the first out. */
  pop(): void {
    if (this.size === 0) return
    const last = --this.size
    this.sink(0, this.timeAt(last), this.offsetAt(last))
  }

  /** Leaves out what `keeps` does not want; costs one walk over all. */
  filter(keeps: (offset: number) => boolean): void {
    let kept = 0
    for (let at = 0; at < this.size; at++) {
      if (!keeps(this.offsetAt(at))) continue
      this.put(kept, this.timeAt(at), this.offsetAt(at))
      kept++
    }
    this.size = kept
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.sink(at, this.timeAt(at), this.offsetAt(at))
  }

  private sink(from: number, timeMs: number, offset: number): void {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      const other = child + 1
      if (
        other < this.size &&
        isBefore(this.timeAt(other), this.offsetAt(other), this.timeAt(child), this.offsetAt(child))
      )
        child = other
      if (!isBefore(this.timeAt(child), this.offsetAt(child), timeMs, offset)) break
      this.put(at, this.timeAt(child), this.offsetAt(child))
      at = child
    }
    this.put(at, timeMs, offset)
  }

  private grow(): void {
    const [times, offsets] = [this.times, this.offsets]
    this.times = new Float64Array(times.length * 2)
    this.offsets = new Float64Array(times.length * 2)
    this.times.set(times)
    this.offsets.set(offsets)
  }

  private put(at: number, timeMs: number, offset: number): void {
    this.times[at] = timeMs
    this.offsets[at] = offset
  }

  private timeAt(at: number): number {
    return this.times[at] ?? Infinity
  }

  private offsetAt(at: number): number {
    return this.offsets[at] ?? -1
  }
}

/** The order: by time, then by offset. */
export function isBefore(timeMs: number, offset: number, otherMs: number, otherOffset: number): boolean {
  return timeMs < otherMs || (timeMs === otherMs && offset < otherOffset)
}
