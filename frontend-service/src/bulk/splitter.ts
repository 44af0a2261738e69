// pure
/**
 * The records of a body that comes in pieces.
 * Takes pieces one at a time, each to be used up before the next. Gives records when asked, as the bytes that
 * came. Promises: a record inside one piece is a view of it, any other is copied together; one that is too
 * long is counted and not held. Bound: one record and one piece.
 */

/** A record that is longer than the bound: its length, nothing else is kept. */
export interface TooLong {
  readonly kind: 'tooLong'
  readonly bytes: number
}

/** The body is not what it should be: where its records begin and end is not known from here on. */
export interface Broken {
  readonly kind: 'broken'
  readonly problem: string
}

/** What comes next: a record; `more`: the piece is used up; `end`: so is the body. */
export type Split = Buffer | TooLong | Broken | 'more' | 'end'

export interface Splitter {
  /** Takes the next piece, after `next` has said `more`. */
  push(piece: Buffer): void
  /** The body has come whole. */
  end(): void
  /** Gives what comes next; after `end` or a broken body, the same again. */
  next(): Split
}

/** A record that is spread over pieces. */
export class Carry {
  private held: Buffer | null = null
  private length = 0

  constructor(private readonly recordBytesMax: number) {}

  get isEmpty(): boolean {
    return this.length === 0
  }

  /** Keeps a part of a piece; past the bound only its length. */
  add(piece: Buffer, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.recordBytesMax) this.held = null
    else if (this.length === 0) this.held = piece.subarray(start, end)
    else {
      const room = this.roomFor(length)
      piece.copy(room, this.length, start, end)
      this.held = room
    }
    this.length = length
  }

  /** The whole record, whose last part this is. */
  take(piece: Buffer, start: number, end: number): Buffer | TooLong {
    if (this.length === 0 && end - start <= this.recordBytesMax) return piece.subarray(start, end)
    this.add(piece, start, end)
    const { held, length } = this
    this.held = null
    this.length = 0
    return held === null ? { kind: 'tooLong', bytes: length } : held.subarray(0, length)
  }

  /** A buffer of ours that doubles, so that a record in tiny pieces costs no more than its length. */
  private roomFor(length: number): Buffer {
    const held = this.held as Buffer
    if (length <= held.length && held.length > this.length) return held
    const larger = Buffer.allocUnsafeSlow(Math.min(this.recordBytesMax, Math.max(length, 2 * held.length)))
    held.copy(larger, 0, 0, this.length)
    return larger
  }
}
