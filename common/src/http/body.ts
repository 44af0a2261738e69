/**
 * The body of a request as one Buffer, under a byte limit.
 * Takes a request and a sink. Gives exactly one of `onBody` and `onBodyFailed`; afterwards what still comes
 * is dropped. Promises: no promise, timer or closure a request; no copy when the body comes in one piece; a
 * declared length over the limit is refused before anything is read, an undeclared one as soon as it passes.
 * The deadline is the caller's: `abandon` ends the reading.
 */
import type { IncomingMessage } from 'node:http'

/** Why there is no body. */
export type BodyFailure = 'tooLarge' | 'noRoom' | 'gone'

/** Who waits for a body. */
export interface BodySink {
  onBody(body: Buffer): void
  /** `bytes`: the declared length, or what had come when the reading ended. */
  onBodyFailed(failure: BodyFailure, bytes: number): void
  /** Asked before `bytes` more are held in memory; false ends the reading with `noRoom`. */
  mayHold(bytes: number): boolean
}

/** A reading under way. */
export interface BodyReading {
  /** Ends the reading without a call to the sink. */
  abandon(): void
}

const readingOf = Symbol('reading')
type ReadRequest = IncomingMessage & { [readingOf]?: Reading }

/** The `Content-Length` of a request, -1 where there is none. Node's parser lets only digits through. */
export function declaredLength(request: IncomingMessage): number {
  const declared = request.headers['content-length']
  return declared === undefined ? -1 : Number(declared)
}

/** Begins to read; may call the sink before it returns. */
export function readBody(request: IncomingMessage, bytesMax: number, sink: BodySink): BodyReading {
  const declared = declaredLength(request)
  const reading = new Reading(sink, bytesMax, declared)
  if (declared > bytesMax) reading.fail('tooLarge', declared)
  else if (declared > 0 && !sink.mayHold(declared)) reading.fail('noRoom', declared)
  else {
    const listened = request as ReadRequest
    listened[readingOf] = reading
    listened.on('data', onData)
    listened.on('end', onEnd)
    listened.on('close', onClose)
  }
  return reading
}

function onData(this: ReadRequest, chunk: Buffer): void {
  this[readingOf]?.take(chunk)
}

function onEnd(this: ReadRequest): void {
  this[readingOf]?.end()
}

function onClose(this: ReadRequest): void {
  this[readingOf]?.close()
}

/**
 * The first piece as it came, or all pieces in one buffer that doubles: a body in tiny chunks costs no more
 * memory.
 */
class Reading implements BodyReading {
  private held: Buffer | null = null
  private length = 0
  private isOver = false

  constructor(
    private readonly sink: BodySink,
    private readonly bytesMax: number,
    private readonly declared: number,
  ) {}

  take(chunk: Buffer): void {
    if (this.isOver) return
    const length = this.length + chunk.length
    if (length > this.bytesMax) return this.fail('tooLarge', length)
    if (this.held === null) {
      if (this.declared < 0 && !this.sink.mayHold(chunk.length)) return this.fail('noRoom', length)
      this.held = chunk
    } else if (!this.grow(length)) return this.fail('noRoom', length)
    else chunk.copy(this.held, this.length)
    this.length = length
  }

  end(): void {
    if (this.isOver) return
    this.isOver = true
    const held = this.held
    this.held = null
    if (held === null) this.sink.onBody(emptyBody)
    else this.sink.onBody(held.length === this.length ? held : held.subarray(0, this.length))
  }

  close(): void {
    if (!this.isOver) this.fail('gone', this.length)
  }

  fail(failure: BodyFailure, bytes: number): void {
    this.abandon()
    this.sink.onBodyFailed(failure, bytes)
  }

  abandon(): void {
    this.isOver = true
    this.held = null
  }

  private grow(length: number): boolean {
    const held = this.held as Buffer
    if (length <= held.length && held.length > this.length) return true
    const size =
      this.declared >= 0 ? this.declared : Math.min(this.bytesMax, Math.max(length, 2 * held.length))
    if (this.declared < 0 && !this.sink.mayHold(size - held.length)) return false
    const larger = Buffer.allocUnsafeSlow(size)
    held.copy(larger, 0, 0, this.length)
    this.held = larger
    return true
  }
}

const emptyBody = Buffer.alloc(0)
