// pure
/**
 * One record of a Kafka log, or a stretch of the log that cannot be read.
 * Takes the fetched bytes and the places of the fields in them. Gives views, made when asked for.
 * Promises: nothing is copied except by `detach`, whose result holds on to its own bytes only.
 */
import { RecordScanner } from './record-scanner.js'

/** What a follower of a log is given. */
export interface LogEntry {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Same as `offset`, except for a stretch that cannot be read: its last offset. */
  readonly lastOffset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /**
   * Why the entry cannot be read; null for every good record. Such an entry has neither key, value nor
   * headers.
   */
  readonly problem: string | null
  /** The value of the last header of that name, as Kafka's own client reads it, or null. */
  header(name: string): Buffer | null
  headers(): readonly (readonly [name: string, value: Buffer])[]
  /** The same entry in bytes of its own, so that keeping it does not keep the whole fetched buffer. */
  detach(): LogEntry
}

/** The log an entry is of; one small object shared by all its entries. */
export interface LogPlace {
  readonly topic: string
  readonly partition: number
}

/** Where an entry lies: what an entry that is read out of another one has of it. */
export function placesOf({
  topic,
  partition,
  offset,
  lastOffset,
}: LogEntry): Pick<LogEntry, 'topic' | 'partition' | 'offset' | 'lastOffset'> {
  return { topic, partition, offset, lastOffset }
}

/** Places of a record's fields in its buffer; -1 as a length means null. */
export interface RecordFields {
  readonly start: number
  readonly end: number
  readonly keyStart: number
  readonly keyLength: number
  readonly valueStart: number
  readonly valueLength: number
  /** Just before the count of headers. */
  readonly headersStart: number
}

const none = Buffer.alloc(0)
const scanner = new RecordScanner()

/** A record whose fields were found and checked by `record-batch-reader.ts`. */
export class RecordEntry implements LogEntry {
  readonly problem = null

  constructor(
    private readonly place: LogPlace,
    readonly offset: number,
    readonly timestampMs: number,
    private readonly buffer: Buffer,
    private readonly fields: RecordFields,
  ) {}

  get topic(): string {
    return this.place.topic
  }

  get partition(): number {
    return this.place.partition
  }

  get lastOffset(): number {
    return this.offset
  }

  get key(): Buffer | null {
    return this.view(this.fields.keyStart, this.fields.keyLength)
  }

  get value(): Buffer | null {
    return this.view(this.fields.valueStart, this.fields.valueLength)
  }

  header(name: string): Buffer | null {
    let found: Buffer | null = null
    this.eachHeader((nameStart, nameLength, valueStart, valueLength) => {
      if (isText(this.buffer, nameStart, nameLength, name)) found = this.view(valueStart, valueLength) ?? none
    })
    return found
  }

  headers(): readonly (readonly [string, Buffer])[] {
    const list: [string, Buffer][] = []
    this.eachHeader((nameStart, nameLength, valueStart, valueLength) => {
      const name = nameAt(this.buffer, nameStart, nameLength)
      list.push([name, this.view(valueStart, valueLength) ?? none])
    })
    return list
  }

  detach(): LogEntry {
    const { start, end } = this.fields
    const own = Buffer.allocUnsafeSlow(end - start)
    this.buffer.copy(own, 0, start, end)
    return new RecordEntry(this.place, this.offset, this.timestampMs, own, {
      start: 0,
      end: end - start,
      keyStart: this.fields.keyStart - start,
      keyLength: this.fields.keyLength,
      valueStart: this.fields.valueStart - start,
      valueLength: this.fields.valueLength,
      headersStart: this.fields.headersStart - start,
    })
  }

  private view(start: number, length: number): Buffer | null {
    return length < 0 ? null : this.buffer.subarray(start, start + length)
  }

  private eachHeader(
    visit: (nameStart: number, nameLength: number, valueStart: number, valueLength: number) => void,
  ): void {
    scanner.open(this.buffer, this.fields.headersStart, this.fields.end)
    for (let left = scanner.varint(); left > 0; left--) {
      const nameLength = scanner.varint()
      const nameStart = scanner.skip(nameLength)
      const valueLength = scanner.varint()
      const valueStart = scanner.skip(Math.max(0, valueLength))
      visit(nameStart, nameLength, valueStart, valueLength)
    }
  }
}

/**
 * The entry that stands for the offsets from `offset` to `lastOffset`, which cannot be read because of
 * `problem`.
 */
export function unreadableEntry(
  place: LogPlace,
  offset: number,
  lastOffset: number,
  problem: string,
): LogEntry {
  const { topic, partition } = place
  const entry: LogEntry = {
    topic,
    partition,
    offset,
    lastOffset,
    timestampMs: -1,
    key: null,
    value: null,
    problem,
    header: () => null,
    headers: () => [],
    detach: () => entry,
  }
  return entry
}

/** The last name of each length: most records of a topic have the same few. */
const lastNames: string[] = []
const lastNamesMax = 64

/** A header's name, without a new string for one that came before. */
function nameAt(buffer: Buffer, start: number, length: number): string {
  const last = lastNames[length]
  if (last !== undefined && isText(buffer, start, length, last)) return last
  const name = buffer.toString('utf8', start, start + length)
  if (length > 0 && length < lastNamesMax && name.length === length) lastNames[length] = name
  return name
}

/** Compares bytes with text without making a string of them, as header names are nearly always ASCII. */
function isText(buffer: Buffer, start: number, length: number, text: string): boolean {
  if (length === text.length) {
    let at = 0
    while (at < length && buffer[start + at] === text.charCodeAt(at)) at += 1
    if (at === length) return true
  }
  return length > text.length && buffer.toString('utf8', start, start + length) === text
}
