/**
 * Listeners that share the messages of a topic: each message goes to one of them.
 * Takes items. Gives each to the next member in turn that has room; a gap to all.
 * Promises: a message is written to one member, once; whoever comes reads on where the group stands. It is
 * said nowhere that a member got what was written to it: who needs that subscribes. The group ends with its
 * last member.
 */
import type { Feed } from './feed.js'
import type { StreamItem } from './item.js'
import { Reading, type Place, type Sink } from './reading.js'
import type { View } from './view.js'

export class Group implements Sink {
  readonly reading: Reading
  /** Nobody can join any more. */
  isClosed = false
  private readonly members: Sink[] = []
  private turn = 0

  /** All members look at the topic the same way. */
  constructor(
    feed: Feed,
    place: Place,
    private readonly view: View,
  ) {
    this.reading = new Reading(feed, this, place)
  }

  looksLike(view: View): boolean {
    return view === this.view
  }

  isEmpty(): boolean {
    return this.members.length === 0
  }

  join(member: Sink): void {
    this.members.push(member)
  }

  leave(member: Sink): void {
    const index = this.members.indexOf(member)
    if (index >= 0) this.members.splice(index, 1)
  }

  close(): void {
    this.isClosed = true
    this.reading.close()
  }

  hasRoom(): boolean {
    return this.members.some(member => member.hasRoom())
  }

  give(item: StreamItem): void {
    if (item.kind === 'gap') {
      for (const member of this.members) if (member.hasRoom()) member.give(item)
      return
    }
    // A message that is not wanted is nobody's turn.
    if (!this.view.wants(item)) return
    for (let looked = 0; looked < this.members.length; looked++) {
      this.turn = this.turn + 1 < this.members.length ? this.turn + 1 : 0
      const member = this.members[this.turn]
      if (member?.hasRoom() !== true) continue
      member.give(item)
      return
    }
  }
}
