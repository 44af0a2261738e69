// pure
/**
 * The newest items of a topic, in the order in which they are given to everybody.
 * Takes items. Gives each by its number, as long as it is there. Promises: the newest item is always there.
 * Bounds: items and bytes, the oldest go first.
 */
import type { StreamItem } from './item.js'

export class Ring {
  /** The number of the next item. */
  head = 0
  bytes = 0
  private readonly items: (StreamItem | undefined)[]

  /** `bytesMax` may change. */
  constructor(
    private readonly itemsMax: number,
    private readonly bytesMax: () => number,
  ) {
    this.items = new Array<StreamItem | undefined>(itemsMax)
  }

  /** The number of the oldest item that is there; `head` where none is. */
  tail = 0

  get count(): number {
    return this.head - this.tail
  }

  push(item: StreamItem): void {
    if (this.count === this.itemsMax) this.drop()
    this.items[this.head++ % this.itemsMax] = item
    this.bytes += item.bytes
    this.trim()
  }

  /** Lets go of the oldest until the rest fits its bytes. */
  trim(): void {
    while (this.count > 1 && this.bytes > this.bytesMax()) this.drop()
  }

  at(number: number): StreamItem | undefined {
    return number < this.tail || number >= this.head ? undefined : this.items[number % this.itemsMax]
  }

  /** The number behind the item with this position; -1 where it is not there. */
  behind(position: string): number {
    for (let number = this.head - 1; number >= this.tail; number--)
      if (this.at(number)?.position === position) return number + 1
    return -1
  }

  /** The number of the item with which the newest `count` begin; -1 where it is gone already. */
  newest(count: number): number {
    const number = this.head - count
    return number >= this.tail ? number : -1
  }

  private drop(): void {
    const index = this.tail++ % this.itemsMax
    this.bytes -= this.items[index]?.bytes ?? 0
    this.items[index] = undefined
  }
}
