// pure
/**
 * How many things happened a second, lately.
 * Takes the times at which they happen. Gives the average over the last half to whole second, or over what
 * there is of it.
 */

const halfMs = 500
/** A first burst is not taken for a rate. */
const spanMinMs = 100

export class Meter {
  private startMs = -Infinity
  private count = 0
  /** Of the half second before; -1 where there was none. */
  private former = -1

  add(nowMs: number): void {
    this.turn(nowMs)
    this.count++
  }

  perSecond(nowMs: number): number {
    this.turn(nowMs)
    const ageMs = nowMs - this.startMs
    if (this.former < 0) return (this.count * 1000) / Math.max(ageMs, spanMinMs)
    return ((this.former + this.count) * 1000) / (halfMs + ageMs)
  }

  private turn(nowMs: number): void {
    const ageMs = nowMs - this.startMs
    if (ageMs < halfMs) return
    const isAdjacent = ageMs < 2 * halfMs
    this.former = isAdjacent ? this.count : -1
    this.startMs = isAdjacent ? this.startMs + halfMs : nowMs
    this.count = 0
  }
}
