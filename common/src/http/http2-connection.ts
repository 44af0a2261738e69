/**
 * A connection that speaks HTTP/2: it is dialled when it is made and carries many requests side by side.
 * Takes requests, also while it is still being dialled. Gives each its answer.
 * Promises: after GOAWAY, or when requests end unanswered while nothing at all comes, it takes no more and
 * goes when the last has ended. Bounds: `streamsMax` requests, `noiseMax` frames that are no answers, 64 KiB
 * of each answer.
 */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Cancel } from '../time/scheduler.js'
import { answerBytesMax, answerHeadBytesMax, type Connection, type ConnectionOwner } from './connection.js'
import { dial, type DialOptions, type Place } from './dial.js'
import { contentTypeName, retryAfterName, verdictName, type Carrier, type Exchange } from './exchange.js'
import { http2Fields } from './http2-headers.js'

/** Where a connection leads, and the time by which it is measured. */
export interface Http2Options {
  readonly origin: URL
  /** What is dialled in place of the origin's own host. */
  readonly place: Place | null
  readonly dial: DialOptions
  now(): number
}

/** Requests on one connection where the endpoint allows as many: more than that need another one. */
export const streamsMax = 100
/** SETTINGS and PING frames between two answers; who sends more only wants to be answered. */
const noiseMax = 1_000

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR } = constants

export class Http2Connection implements Connection {
  usedMs = 0
  isOffered = false
  private readonly carriers = new Set<StreamCarrier>()
  private readonly cancelDial: Cancel
  private session: ClientHttp2Session | null = null
  private isDraining = false
  private heardMs: number
  private noise = 0

  constructor(
    readonly owner: ConnectionOwner,
    readonly options: Http2Options,
  ) {
    this.heardMs = options.now()
    this.cancelDial = dial(options.origin, options.place, options.dial, (error, socket) => {
      if (error === null) this.open(socket)
      else this.close(error)
    })
  }

  openCount(): number {
    return this.carriers.size
  }

  hasRoom(): boolean {
    const allowed = this.session?.remoteSettings.maxConcurrentStreams ?? streamsMax
    return !this.isDraining && this.carriers.size < Math.min(allowed, streamsMax)
  }

  carry(exchange: Exchange): void {
    const carrier = new StreamCarrier(this, exchange)
    this.carriers.add(carrier)
    exchange.begin(carrier)
    if (this.session !== null) carrier.start(this.session)
  }

  drain(): void {
    this.isDraining = true
    if (this.carriers.size === 0) this.owner.lost(this)
  }

  fail(error: Error): void {
    for (const { exchange } of [...this.carriers]) exchange.fail(error)
  }

  destroy(): void {
    this.isDraining = true
    this.cancelDial()
    this.session?.destroy()
  }

  /** An answer came, or a part of one. */
  heard(): void {
    this.heardMs = this.options.now()
    this.noise = 0
  }

  /** A carrier has left; gives false if it was before. `isOverdue`: its request had no answer in its time. */
  left(carrier: StreamCarrier, isOverdue: boolean): boolean {
    if (!this.carriers.delete(carrier)) return false
    // A connection that is dead without a word would eat every request until it is idle.
    if (isOverdue && this.heardMs < carrier.exchange.begunMs) this.isDraining = true
    if (this.isDraining && this.carriers.size === 0) this.owner.lost(this)
    else this.owner.roomChanged(this)
    return true
  }

  private open(socket: Socket): void {
    const session = connect(this.options.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, maxHeaderListSize: answerHeadBytesMax },
    })
    this.session = session
    session.on('error', (error: Error) => this.close(error))
    session.on('close', () => this.close(otherSideClosed()))
    session.on('goaway', () => this.drain())
    session.on('remoteSettings', () => {
      this.hearNoise()
      this.owner.roomChanged(this)
    })
    session.on('ping', () => this.hearNoise())
    for (const carrier of [...this.carriers]) carrier.start(session)
  }

  private hearNoise(): void {
    this.heardMs = this.options.now()
    if (++this.noise > noiseMax)
      this.close(new Error('The endpoint floods the connection with HTTP/2 frames'))
  }

  /** The connection is gone, and with it what was under way. */
  private close(error: Error): void {
    this.isDraining = true
    for (const carrier of [...this.carriers]) carrier.broke(error)
    this.owner.lost(this)
  }
}

/** What carries one request: a stream of the connection, once that is there. */
class StreamCarrier implements Carrier {
  private stream: ClientHttp2Stream | null = null
  private bytes = 0
  private problem: Error | null = null

  constructor(
    private readonly connection: Http2Connection,
    readonly exchange: Exchange,
  ) {}

  start(session: ClientHttp2Session): void {
    const { exchange, connection } = this
    const refusal = exchange.refusal()
    if (refusal !== null) return this.broke(refusal)
    let stream: ClientHttp2Stream
    try {
      stream = session.request(http2Fields(exchange.request, connection.options.origin))
    } catch (error) {
      return this.broke(error as Error)
    }
    this.stream = stream
    const answered = (headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void => {
      connection.heard()
      const status = Number(headers[':status'])
      const isSuccess = status >= 200 && status <= 299
      exchange.answered(
        status,
        headers[contentTypeName] ?? null,
        isSuccess ? null : (headers[retryAfterName] ?? null),
        isSuccess ? null : firstOf(headers[verdictName]),
      )
    }
    stream.on('headers', answered)
    stream.on('response', answered)
    stream.on('data', (chunk: Buffer) => this.read(chunk, stream))
    stream.on('error', (error: Error) => void (this.problem ??= error))
    stream.on('close', () => this.closed(stream.rstCode))
    stream.end(exchange.request.body)
  }

  free(): void {
    this.connection.left(this, false)
  }

  failed(): void {
    this.connection.left(this, false)
  }

  drop(exchange: Exchange): void {
    this.stream?.close(NGHTTP2_CANCEL)
    this.connection.left(this, !exchange.wasAnswered())
  }

  broke(error: Error): void {
    this.exchange.broke(error)
  }

  private read(chunk: Buffer, stream: ClientHttp2Stream): void {
    this.connection.heard()
    this.exchange.received(chunk)
    this.bytes += chunk.length
    if (this.bytes <= answerBytesMax) return
    this.broke(new Error(`The answer has more than ${answerBytesMax} bytes`))
    stream.close(NGHTTP2_CANCEL)
  }

  private closed(rstCode: number): void {
    const { exchange, connection } = this
    if (exchange.wasAnswered() && rstCode === NGHTTP2_NO_ERROR) return exchange.completed()
    if (rstCode === NGHTTP2_REFUSED_STREAM && !exchange.wasAnswered()) {
      if (connection.left(this, false)) connection.owner.refused(exchange)
      return
    }
    // A connection that ends takes its streams along without a word, by cancelling them.
    const silent = rstCode === NGHTTP2_CANCEL ? otherSideClosed() : new Error('The stream had no answer')
    this.broke(this.problem ?? silent)
  }
}

function otherSideClosed(): Error {
  return Object.assign(new Error('other side closed'), { code: 'ECONNRESET' })
}

function firstOf(value: string | string[] | undefined): string | null {
  return (typeof value === 'object' ? value[0] : value) ?? null
}
