// pure
/**
 * The offsets of a partition whose messages are over, one bit each, from the lowest that counts on.
 * Takes offsets in any order. Gives whether one is over: a log that is read again need not keep it in mind.
 * Bound: `pagesMax` pages of 8 KiB, 64 million offsets; what lies beyond is not remembered.
 */

const pageBits = 65_536
const pagesMax = 1_024

export class OverOffsets {
  private readonly pages = new Map<number, Uint8Array>()
  private addedCount = 0

  add(offset: number): void {
    const number = Math.floor(offset / pageBits)
    let page = this.pages.get(number)
    if (page === undefined) {
      if (this.pages.size >= pagesMax) return
      this.pages.set(number, (page = new Uint8Array(pageBits / 8)))
    }
    const bit = offset % pageBits
    const byte = page[bit >> 3] ?? 0
    page[bit >> 3] = byte | (1 << (bit & 7))
    if (page[bit >> 3] !== byte) this.addedCount++
  }

  /** How many were added so far. */
  get added(): number {
    return this.addedCount
  }

  has(offset: number): boolean {
    const bit = offset % pageBits
    const byte = this.pages.get(Math.floor(offset / pageBits))?.[bit >> 3] ?? 0
    return (byte & (1 << (bit & 7))) !== 0
  }

  /** Nobody will ask for offsets below this one. */
  forgetBelow(offset: number): void {
    for (const number of this.pages.keys()) if ((number + 1) * pageBits <= offset) this.pages.delete(number)
  }
}
