// pure
/**
 * Where the newest message of each key of a topic lies.
 * Takes keys and places in the order of each partition. Gives the place of a key.
 * Promises: a message without value ends its key; of messages in several partitions, as after partitions were
 * added, the later one counts, whichever is read first. Bound: `keysMax`, shared by all tables; one more and
 * the table is full.
 */

/** A place in the topic's log. */
export interface KeyPlace {
  readonly partition: number
  readonly offset: number
  readonly timeMs: number
  /** The message there has no value. */
  readonly isEnd: boolean
}

/** Keys of all tables together; a long one counts for as many as would take its bytes. */
export interface KeyBudget {
  readonly keysMax: number
  keys: number
}

/** A key counts once for each of these that it has begun. */
const keyBytes = 100

export class KeyTable {
  /** A key had no room: the table tells nothing any more. */
  isFull = false
  private readonly places = new Map<string, KeyPlace>()
  private counted = 0

  constructor(private readonly budget: KeyBudget) {}

  /** Takes in a message. An end is kept as well: what it ends may lie in a partition that is read later. */
  take(key: Buffer, place: KeyPlace): void {
    if (this.isFull) return
    const name = key.toString('latin1')
    const known = this.places.get(name)
    // Within a partition the log's order counts, whatever the clocks said.
    if (known !== undefined && known.partition !== place.partition && known.timeMs > place.timeMs) return
    if (known === undefined && !this.count(Math.max(1, Math.ceil(key.length / keyBytes)))) return
    this.places.set(name, place)
  }

  find(key: Buffer): KeyPlace | null {
    const place = this.places.get(key.toString('latin1'))
    return place === undefined || place.isEnd ? null : place
  }

  clear(): void {
    this.budget.keys -= this.counted
    this.counted = 0
    this.places.clear()
  }

  /** Whether there is room; where there is none the table is given up. */
  private count(keys: number): boolean {
    if (this.budget.keys + keys <= this.budget.keysMax) {
      this.budget.keys += keys
      this.counted += keys
      return true
    }
    this.clear()
    this.isFull = true
    return false
  }
}
