/**
 * One connection to one broker, with requests pipelined and answered in order.
 * Takes a call: key, version, body, time limit, decoder. Gives the decoded answer or an error.
 * Promises: a call that outlives its limit, garbage, or an answer out of turn closes the connection.
 * Bounds: `inflightMax` open calls, `answerBytesMax` bytes an answer.
 */
import { connect, type Socket } from 'node:net'
import type { Clock } from '../../time/clock.js'
import type { Cancel, Scheduler } from '../../time/scheduler.js'
import {
  apiVersionsKey,
  apiVersionsVersion,
  decodeApiVersions,
  mismatch,
  type SpokenVersions,
} from './api-versions.js'
import { createFrameSplitter } from './frames.js'
import { KafkaError } from './kafka-error.js'
import { WireFormatError, WireReader, WireWriter } from './wire.js'

/** Open calls on one connection; the next one is refused. */
export const inflightMax = 1_000
/** The largest answer read; Kafka's own limit for a request is the same. */
export const answerBytesMax = 100 * 1024 * 1024

const keepAliveMs = 10_000

/** A call to a broker. `body` follows the request header; several pieces are written without joining them. */
export interface ApiCall<T> {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
  readonly body: Buffer | readonly Buffer[]
  readonly timeoutMs: number
  /** Reads the answer after its correlation id. A `KafkaError` it throws refuses this call only. */
  decode(answer: WireReader): T
}

/** A connection. `request` rejects with {@link ConnectionLost}, `KafkaError` or `WireFormatError`. */
export interface BrokerConnection {
  request<T>(call: ApiCall<T>): Promise<T>
  close(): Promise<void>
  readonly isOpen: boolean
}

/** The connection ended before the answer: whether the broker acted on the call is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** The broker does not speak what we ask. Trying again is of no use until it is upgraded. */
export class UnsupportedBroker extends Error {
  override readonly name = 'UnsupportedBroker'
}

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  /** Limit of the dial and of the first exchange, each. */
  readonly dialTimeoutMs: number
}

export interface ConnectionParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
}

interface OpenCall {
  readonly call: ApiCall<unknown>
  readonly correlationId: number
  readonly deadlineMs: number
  /** Reads the answer and gives it to the caller. */
  readonly settle: (answer: WireReader) => void
  readonly reject: (error: Error) => void
}

/** Dials a broker and asks which versions it speaks. Rejects with a sentence that names the broker. */
export async function openConnection(
  parts: ConnectionParts,
  options: ConnectionOptions,
): Promise<BrokerConnection> {
  const socket = await dial(parts, options)
  const connection = new PipelinedConnection(parts, options, socket)
  try {
    await connection.shakeHands(options.dialTimeoutMs)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

function dial(parts: ConnectionParts, options: ConnectionOptions): Promise<Socket> {
  const where = `${options.host}:${options.port}`
  return new Promise((resolve, reject) => {
    const socket = connect({ host: options.host, port: options.port, noDelay: true })
    socket.setKeepAlive(true, keepAliveMs)
    const cancel = parts.scheduler.after(options.dialTimeoutMs, () => {
      fail(
        new ConnectionLost(
          `Kafka broker ${where} did not accept a connection in ${options.dialTimeoutMs} ms`,
        ),
      )
    })
    const fail = (error: Error): void => {
      cancel()
      socket.destroy()
      reject(error)
    }
    const onError = (cause: Error): void =>
      fail(new ConnectionLost(`Kafka broker ${where} cannot be reached: ${cause.message}`, { cause }))
    socket.once('error', onError)
    socket.once('connect', () => {
      cancel()
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

/**
 * Kafka answers the calls of a connection in order and works on one at a time, so a late answer holds up all
 * later ones, and a half-open connection shows in nothing but silence. A call past its limit therefore ends
 * the connection: all open calls fail together, and whoever asked decides what may be asked again.
 */
class PipelinedConnection implements BrokerConnection {
  private readonly where: string
  private readonly frames = createFrameSplitter(answerBytesMax)
  /** Oldest first. Short enough that taking the first off is cheap. */
  private readonly open: OpenCall[] = []
  private nextId = 1
  private spoken: SpokenVersions | null = null
  private lost: Error | null = null
  private cancelAlarm: Cancel | null = null
  private alarmAtMs = Infinity

  constructor(
    private readonly parts: ConnectionParts,
    private readonly options: ConnectionOptions,
    private readonly socket: Socket,
  ) {
    this.where = `${options.host}:${options.port}`
    socket.on('data', chunk => this.onData(chunk))
    socket.on('error', cause => {
      this.end(
        new ConnectionLost(`connection to Kafka broker ${this.where} failed: ${cause.message}`, { cause }),
      )
    })
    socket.on('close', () => this.end(new ConnectionLost(`Kafka broker ${this.where} closed the connection`)))
  }

  get isOpen(): boolean {
    return this.lost === null
  }

  async shakeHands(timeoutMs: number): Promise<void> {
    const call = { apiKey: apiVersionsKey, apiVersion: apiVersionsVersion, apiName: 'ApiVersions' }
    try {
      this.spoken = await this.request({
        ...call,
        body: Buffer.alloc(0),
        timeoutMs,
        decode: decodeApiVersions,
      })
    } catch (cause) {
      if (!(cause instanceof KafkaError) && !(cause instanceof WireFormatError)) throw cause
      throw new UnsupportedBroker(`${this.where} does not speak Kafka's protocol as Iris needs it`, { cause })
    }
  }

  request<T>(call: ApiCall<T>): Promise<T> {
    const problem = this.refusal(call)
    if (problem !== null) return Promise.reject(problem)
    return new Promise<T>((resolve, reject) => {
      const correlationId = this.nextId
      this.nextId = (correlationId + 1) & 0x7fffffff
      const deadlineMs = this.parts.clock.monotonic() + call.timeoutMs
      const settle = (answer: WireReader): void => resolve(call.decode(answer))
      this.open.push({ call, correlationId, deadlineMs, settle, reject })
      this.write(call, correlationId)
      if (deadlineMs < this.alarmAtMs) this.setAlarm(deadlineMs)
    })
  }

  close(): Promise<void> {
    this.end(new ConnectionLost(`connection to Kafka broker ${this.where} was closed`))
    return Promise.resolve()
  }

  private refusal(call: ApiCall<unknown>): Error | null {
    if (this.lost !== null) return new ConnectionLost(this.lost.message, { cause: this.lost })
    if (this.open.length >= inflightMax) {
      return new ConnectionLost(`${inflightMax} calls to Kafka broker ${this.where} are open already`)
    }
    const sentence = this.spoken === null ? null : mismatch(this.where, this.spoken, call)
    return sentence === null ? null : new UnsupportedBroker(sentence)
  }

  private write(call: ApiCall<unknown>, correlationId: number): void {
    const body: readonly Buffer[] = Buffer.isBuffer(call.body) ? [call.body] : call.body
    const header = new WireWriter(64).int32(0).int16(call.apiKey).int16(call.apiVersion).int32(correlationId)
    const head = header.string(this.options.clientId).toBuffer()
    let bytes = head.length - 4
    for (const piece of body) bytes += piece.length
    head.writeInt32BE(bytes, 0)
    this.socket.cork()
    this.socket.write(head)
    for (const piece of body) if (piece.length > 0) this.socket.write(piece)
    this.socket.uncork()
  }

  private onData(chunk: Buffer): void {
    try {
      this.frames.push(chunk, frame => this.onAnswer(frame))
    } catch (error) {
      const cause = error as Error
      this.end(
        new ConnectionLost(`Kafka broker ${this.where} sent what cannot be read: ${cause.message}`, {
          cause,
        }),
      )
    }
  }

  private onAnswer(frame: Buffer): void {
    if (this.lost !== null) return
    const reader = new WireReader(frame)
    const correlationId = reader.int32()
    const current = this.open[0]
    if (current === undefined || current.correlationId !== correlationId) {
      throw new WireFormatError(`answer ${correlationId} in place of ${current?.correlationId ?? 'none'}`)
    }
    this.open.shift()
    try {
      current.settle(reader)
    } catch (error) {
      current.reject(error as Error)
      if (error instanceof KafkaError) return
      throw new WireFormatError(`the answer to ${current.call.apiName} cannot be read`, { cause: error })
    }
  }

  private setAlarm(atMs: number): void {
    this.cancelAlarm?.()
    this.alarmAtMs = atMs
    const delayMs = Math.max(1, atMs - this.parts.clock.monotonic())
    this.cancelAlarm = this.parts.scheduler.after(delayMs, () => this.onAlarm())
  }

  /** One timer a connection: it finds the call that is over its limit, or sleeps until the next may be. */
  private onAlarm(): void {
    this.cancelAlarm = null
    this.alarmAtMs = Infinity
    const nowMs = this.parts.clock.monotonic()
    let nextMs = Infinity
    for (const { call, deadlineMs } of this.open) {
      if (deadlineMs <= nowMs) {
        const sentence = `Kafka broker ${this.where} did not answer ${call.apiName} in ${call.timeoutMs} ms`
        return this.end(new ConnectionLost(sentence))
      }
      nextMs = Math.min(nextMs, deadlineMs)
    }
    if (nextMs < Infinity) this.setAlarm(nextMs)
  }

  private end(cause: Error): void {
    if (this.lost !== null) return
    this.lost = cause
    this.cancelAlarm?.()
    this.socket.destroy()
    for (const call of this.open.splice(0)) call.reject(cause)
  }
}
