// pure
/**
 * Where the newest message of each key of a topic lies.
 * Takes keys and places in the order of each partition. Gives the place of a key.
 * Promises: a message without value ends its key; of messages in several partitions, as after partitions were
 * added, the later one counts. Bound: `keysMax`, shared by all tables; one more and the table is full.
 */

/** A place in the topic's log. */
export interface KeyPlace {
  readonly partition: number
  readonly offset: number
  readonly timeMs: number
}

/** Keys of all tables together. */
export interface KeyBudget {
  readonly keysMax: number
  keys: number
}

export class KeyTable {
  /** A key had no room: the table tells nothing any more. */
  isFull = false
  private readonly places = new Map<string, KeyPlace>()

  constructor(private readonly budget: KeyBudget) {}

  /** Takes in a message; `isEnd` where it has no value. */
  take(key: Buffer, place: KeyPlace, isEnd: boolean): void {
    if (this.isFull) return
    const name = key.toString('latin1')
    const known = this.places.get(name)
    // Within a partition the log's order counts, whatever the clocks said.
    if (known !== undefined && known.partition !== place.partition && known.timeMs > place.timeMs) return
    if (isEnd) return this.remove(name)
    if (known === undefined && ++this.budget.keys > this.budget.keysMax) {
      this.clear()
      this.isFull = true
      this.budget.keys--
      return
    }
    this.places.set(name, place)
  }

  find(key: Buffer): KeyPlace | null {
    return this.places.get(key.toString('latin1')) ?? null
  }

  clear(): void {
    this.budget.keys -= this.places.size
    this.places.clear()
  }

  private remove(name: string): void {
    if (this.places.delete(name)) this.budget.keys--
  }
}
