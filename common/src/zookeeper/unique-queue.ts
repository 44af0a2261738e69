// pure
/**
 * First in, first out, each thing once.
 * Takes things, also again while they wait. Gives the one that waits longest.
 * Taking the first of a plain `Set` walks over all that were taken before: 0.3 s for 40,000, and quadratic
 * beyond. Bound: at most twice what waits, and `slackMax`, is kept.
 */

const slackMax = 1_024

/** Made empty. */
export class UniqueQueue<T> {
  private readonly waiting = new Set<T>()
  private items: T[] = []
  private head = 0

  get size(): number {
    return this.waiting.size
  }

  has(item: T): boolean {
    return this.waiting.has(item)
  }

  /** Does nothing when it waits already. */
  add(item: T): void {
    if (this.waiting.has(item)) return
    this.waiting.add(item)
    this.items.push(item)
    this.compact()
  }

  /** Takes it out, wherever it is; tells whether it was there. */
  delete(item: T): boolean {
    return this.waiting.delete(item)
  }

  shift(): T | undefined {
    while (this.head < this.items.length) {
      const item = this.items[this.head++] as T
      if (this.waiting.delete(item)) return item
    }
    this.clear()
    return undefined
  }

  clear(): void {
    this.waiting.clear()
    this.items = []
    this.head = 0
  }

  *[Symbol.iterator](): Iterator<T> {
    yield* this.waiting
  }

  private compact(): void {
    if (this.items.length <= 2 * this.waiting.size + slackMax) return
    this.items = [...this.waiting]
    this.head = 0
  }
}
