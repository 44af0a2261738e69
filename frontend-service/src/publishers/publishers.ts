// pure
/**
 * Who has published which topic lately, and how much.
 * Takes each message when it is answered. Gives the publishers of a topic and what became of their messages.
 * Promises: whoever has published since `sinceMs` is named or counted among the others; a message costs two
 * look-ups and a place in a line. Bounds: `publishersEachMax` a topic and `publishersMax` of all, of whom one
 * without an accepted message leaves first, then the one longest quiet; `quietMsMax` without a message.
 */
import type { Publisher } from './publisher.js'

export interface PublisherLimits {
  readonly publishersEachMax: number
  readonly publishersMax: number
  readonly quietMsMax: number
}

export const publisherLimits: PublisherLimits = {
  publishersEachMax: 32,
  publishersMax: 20_000,
  quietMsMax: 24 * 3_600_000,
}

/** What became of somebody's messages. Moments are of the clock that `nowMs` is of. */
export interface Counted {
  readonly accepted: number
  readonly refused: number
  readonly lastMs: number
}

export interface CountedPublisher extends Counted {
  readonly publisher: Publisher
  readonly firstMs: number
}

export interface TopicTold {
  readonly sinceMs: number
  /** Who published last comes first. */
  readonly publishers: readonly CountedPublisher[]
  /** Those for whom there was no place; null where there was one for everybody. */
  readonly others: Counted | null
}

export interface Publishers {
  /** A message of that publisher was answered; `nowMs` never goes back. */
  count(topic: string, publisher: Publisher, isAccepted: boolean, nowMs: number): void
  tell(topic: string, nowMs: number): TopicTold
  /** A topic is gone. */
  forget(topic: string): void
}

/**
 * Makes an empty table at the time `sinceMs`. `hasTopic` says whether a topic is there: a message may be
 * answered after its topic is gone and forgotten, and begins nothing anew then.
 */
export function createPublishers(
  limits: PublisherLimits,
  sinceMs: number,
  hasTopic: (topic: string) => boolean,
): Publishers {
  return new Table(limits, sinceMs, hasTopic)
}

/** What is known of one topic. */
interface Row {
  readonly topic: string
  readonly entries: Map<string, Entry>
  others: { accepted: number; refused: number; lastMs: number } | null
}

/** Its links are its own, so that a message moves it to the end of its line at the cost of a few writes. */
class Entry implements CountedPublisher {
  accepted = 0
  refused = 0
  lastMs: number
  previous: Entry | null = null
  next: Entry | null = null

  constructor(
    readonly row: Row,
    readonly publisher: Publisher,
    readonly firstMs: number,
  ) {
    this.lastMs = firstMs
  }
}

/** Entries, the one longest quiet first. */
class Line {
  first: Entry | null = null
  last: Entry | null = null

  append(entry: Entry): void {
    entry.previous = this.last
    if (this.last === null) this.first = entry
    else this.last.next = entry
    this.last = entry
  }

  remove(entry: Entry): void {
    if (entry.previous === null) this.first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === null) this.last = entry.previous
    else entry.next.previous = entry.previous
    entry.previous = null
    entry.next = null
  }
}

class Table implements Publishers {
  private readonly rows = new Map<string, Row>()
  /** Those who have an accepted message, and those who have none: a crowd of these hides nobody else. */
  private readonly accepted = new Line()
  private readonly refused = new Line()
  private size = 0

  constructor(
    private readonly limits: PublisherLimits,
    private sinceMs: number,
    private readonly hasTopic: (topic: string) => boolean,
  ) {}

  count(topic: string, publisher: Publisher, isAccepted: boolean, nowMs: number): void {
    const entry = this.rows.get(topic)?.entries.get(publisher.key)
    if (entry === undefined) return this.add(topic, publisher, isAccepted, nowMs)
    const line = this.lineOf(entry)
    tally(entry, isAccepted, nowMs)
    const next = this.lineOf(entry)
    if (next === line && next.last === entry) return
    line.remove(entry)
    next.append(entry)
  }

  tell(topic: string, nowMs: number): TopicTold {
    this.dropQuiet(nowMs)
    const { sinceMs } = this
    const row = this.rows.get(topic)
    if (row === undefined) return { sinceMs, publishers: [], others: null }
    const publishers = [...row.entries.values()].sort((one, other) => other.lastMs - one.lastMs)
    return { sinceMs, publishers, others: row.others }
  }

  forget(topic: string): void {
    const row = this.rows.get(topic)
    if (row === undefined) return
    for (const entry of row.entries.values()) this.lineOf(entry).remove(entry)
    this.size -= row.entries.size
    this.rows.delete(topic)
  }

  private add(topic: string, publisher: Publisher, isAccepted: boolean, nowMs: number): void {
    this.dropQuiet(nowMs)
    const known = this.rows.get(topic)
    if (known === undefined && !this.hasTopic(topic)) return
    if (known !== undefined && known.entries.size >= this.limits.publishersEachMax) {
      const leaving = leavingOf(known)
      if (!isAccepted && leaving.accepted > 0) return addTo(known, { accepted: 0, refused: 1, lastMs: nowMs })
      addTo(known, leaving)
      this.take(leaving)
    } else if (this.size >= this.limits.publishersMax) this.drop(this.refused.first ?? this.accepted.first)
    const row = this.rowOf(topic)
    const entry = new Entry(row, publisher, nowMs)
    row.entries.set(publisher.key, entry)
    tally(entry, isAccepted, nowMs)
    this.lineOf(entry).append(entry)
    this.size++
  }

  private rowOf(topic: string): Row {
    const known = this.rows.get(topic)
    if (known !== undefined) return known
    const row: Row = { topic, entries: new Map(), others: null }
    this.rows.set(topic, row)
    return row
  }

  private lineOf(entry: Entry): Line {
    return entry.accepted > 0 ? this.accepted : this.refused
  }

  private dropQuiet(nowMs: number): void {
    const quietMs = nowMs - this.limits.quietMsMax
    for (const line of [this.accepted, this.refused])
      while (line.first !== null && line.first.lastMs < quietMs) this.drop(line.first)
  }

  /** Forgets somebody; from now on less is told of what was before. */
  private drop(entry: Entry | null): void {
    if (entry === null) return
    const { row } = entry
    this.sinceMs = Math.max(this.sinceMs, entry.lastMs)
    this.take(entry)
    if (row.entries.size > 0) return
    this.rows.delete(row.topic)
    if (row.others !== null) this.sinceMs = Math.max(this.sinceMs, row.others.lastMs)
  }

  private take(entry: Entry): void {
    this.lineOf(entry).remove(entry)
    entry.row.entries.delete(entry.publisher.key)
    this.size--
  }
}

function tally(entry: Entry, isAccepted: boolean, nowMs: number): void {
  if (isAccepted) entry.accepted++
  else entry.refused++
  entry.lastMs = nowMs
}

/** Counts somebody among those for whom there is no place. */
function addTo(row: Row, { accepted, refused, lastMs }: Counted): void {
  const others = (row.others ??= { accepted: 0, refused: 0, lastMs })
  others.accepted += accepted
  others.refused += refused
  others.lastMs = Math.max(others.lastMs, lastMs)
}

/** Who gives way first of a topic that has publishers. */
function leavingOf({ entries }: Row): Entry {
  return [...entries.values()].reduce((leaving, entry) => (leavesBefore(entry, leaving) ? entry : leaving))
}

function leavesBefore(one: Entry, other: Entry): boolean {
  if (one.accepted > 0 !== other.accepted > 0) return one.accepted === 0
  return one.lastMs < other.lastMs
}
