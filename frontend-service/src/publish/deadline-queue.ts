// pure
/**
 * Deadlines that all lie the same budget ahead, so that the order of adding is the order of falling due.
 * Takes items and the time. Tells the items that are due, when asked once a tick: no timer an item.
 * Promises: adding and removing cost the same however many wait. Bound: the caller's, one entry an open
 * request.
 */

/** What can stand in one queue at a time: the links are its own, so that a place costs no allocation. */
export interface Deadlined {
  dueMs: number
  queue: DeadlineQueue | null
  previousDue: Deadlined | null
  nextDue: Deadlined | null
  /** Called when the deadline has passed and the item has left the queue. */
  onDue(): void
}

export class DeadlineQueue {
  private first: Deadlined | null = null
  private last: Deadlined | null = null
  private count = 0

  constructor(readonly budgetMs: number) {}

  get size(): number {
    return this.count
  }

  /** Adds an item that is in no queue; it is due a budget after `nowMs`. */
  add(item: Deadlined, nowMs: number): void {
    item.dueMs = nowMs + this.budgetMs
    item.queue = this
    item.previousDue = this.last
    if (this.last === null) this.first = item
    else this.last.nextDue = item
    this.last = item
    this.count++
  }

  /** Takes out an item of this queue. */
  remove(item: Deadlined): void {
    if (item.previousDue === null) this.first = item.nextDue
    else item.previousDue.nextDue = item.nextDue
    if (item.nextDue === null) this.last = item.previousDue
    else item.nextDue.previousDue = item.previousDue
    item.queue = null
    item.previousDue = null
    item.nextDue = null
    this.count--
  }

  /** Tells every item that is due at `nowMs`. */
  expire(nowMs: number): void {
    for (let item = this.first; item !== null && item.dueMs <= nowMs; item = this.first) {
      this.remove(item)
      item.onDue()
    }
  }
}
