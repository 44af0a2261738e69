/**
 * A request that brings many messages, from its first byte to its answer.
 * Takes pieces of the body. Gives each record to the pipeline while the rest is still coming, and one answer
 * with what became of each. Promises: records go to Kafka in the order in which they were sent; whatever ends
 * the reading early, what was taken before is answered truly. Bounds: records and bytes in flight, beyond
 * which the socket is not read; records, bytes and time of the request; time between two pieces.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { prefersProblem } from '@iris/common/errors/problem'
import { declaredLength } from '@iris/common/http/body'
import { endConnectionAfter } from '@iris/common/http/connection-state'
import { jsonHeaders } from '@iris/common/http/router'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import { answer, answerRefusal } from '../publish/answer.js'
import type { Deadlined, DeadlineQueue } from '../publish/deadline-queue.js'
import type { Pipeline } from '../publish/pipeline.js'
import type { SentHeaders } from '../publish/sender.js'
import { overloaded } from '../publish/refusals.js'
import type { Held, Room } from '../publish/room.js'
import { BulkRecord, type RecordEvents, type RecordOutcome } from './bulk-record.js'
import { resultBytes, BulkResults } from './results.js'
import type { RecordReader } from './record-reader.js'
import type { Splitter, TooLong } from './splitter.js'

export interface BulkLimits {
  /** Records of a request. */
  readonly recordsMax: number
  /** Bytes of a request's body. */
  readonly requestBytesMax: number
  /** From the first byte of a body to its last. */
  readonly readMs: number
}

export interface BulkRequestParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly pipeline: Pick<Pipeline, 'publish'>
  /** Memory of bulk requests: theirs alone, so that they take none from single ones. */
  readonly room: Room
  /** Deadlines of requests of which the next piece is waited for. */
  readonly idle: DeadlineQueue
  readonly limits: BulkLimits
  readonly isClosing: () => boolean
  /** Told once when the request is over and none of its records is in flight. */
  readonly onOver: (request: BulkRequest) => void
}

/** How a body becomes records. */
export interface BulkReading {
  readonly splitter: Splitter
  readonly reader: RecordReader
  /** The longest record, with what surrounds its message. */
  readonly recordBytesMax: number
}

/** Records of a request that have no outcome yet. */
export const recordsInFlightMax = 200
/** Their bytes; one record more may begin below this. */
export const bytesInFlightMax = 512 * 1024
/** Records taken before others have their turn: refusing one costs some 10 µs. */
const turnRecordsMax = 200

const brokenOff = refusal('VALIDATION_ERROR', { problem: 'The body broke off' }, 'frontend')

type Stage = 'reading' | 'settling' | 'over'

export class BulkRequest implements Deadlined, Held, RecordEvents {
  heldBytes = 0
  dueMs = 0
  queue: DeadlineQueue | null = null
  previousDue: Deadlined | null = null
  nextDue: Deadlined | null = null

  private readonly results: BulkResults
  private readonly startedMs: number
  private stage: Stage = 'reading'
  private ended: HermesError | null = null
  private bytesCome = 0
  private recordCount = 0
  private recordsInFlight = 0
  private bytesInFlight = 0
  private awaited: BulkRecord | null = null
  private isFeeding = false
  private isComplete = false

  constructor(
    private readonly parts: BulkRequestParts,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly reading: BulkReading,
  ) {
    this.startedMs = parts.clock.monotonic()
    this.results = new BulkResults(prefersProblem(request.headers.accept))
  }

  /** Begins to read, or refuses. */
  start(): void {
    const { request, parts } = this
    const needed = bytesInFlightMax + 2 * this.reading.recordBytesMax
    if (declaredLength(request) > parts.limits.requestBytesMax) return this.stop(this.tooLarge())
    if (!parts.room.hold(this, needed)) return this.stop(overloaded)
    if (request.headers.expect !== undefined) this.response.writeContinue()
    request.on('data', (piece: Buffer) => this.take(piece))
    request.on('end', () => this.complete())
    request.on('close', () => this.closed())
    this.awaitPiece()
  }

  /** Reads no further; what was taken is answered when it is settled. */
  stop(why: HermesError): void {
    if (this.stage !== 'reading') return
    this.ended = why
    this.settle()
  }

  onDue(): void {
    this.stop(this.late())
  }

  get caller(): SentHeaders {
    return this.request
  }

  get address(): string | undefined {
    return this.request.socket.remoteAddress
  }

  get connection(): object {
    return this.request.socket
  }

  onWay(record: BulkRecord): void {
    if (this.awaited !== record) return
    this.awaited = null
    this.feed()
  }

  settled(record: BulkRecord, messageId: string, outcome: RecordOutcome): void {
    if (outcome instanceof HermesError) this.results.refused(record.index, messageId, outcome)
    else if ('location' in outcome) {
      this.results.accepted(record.index, messageId, outcome.location)
    } else this.results.stored(record.index, messageId, outcome)
    if (this.awaited === record) this.awaited = null
    this.recordsInFlight--
    this.bytesInFlight -= record.announcedBytes
    if (this.stage === 'reading') this.feed()
    else this.answerWhenSettled()
  }

  private take(piece: Buffer): void {
    if (this.stage !== 'reading') return
    this.queue?.remove(this)
    this.bytesCome += piece.length
    if (this.bytesCome > this.parts.limits.requestBytesMax) return this.stop(this.tooLarge())
    if (this.parts.clock.monotonic() - this.startedMs > this.parts.limits.readMs)
      return this.stop(this.late())
    this.reading.splitter.push(piece)
    this.feed()
  }

  private complete(): void {
    this.isComplete = true
    if (this.stage !== 'reading') return
    this.reading.splitter.end()
    this.feed()
  }

  /** The client is gone; what it sent last may be half a record, which nobody takes. */
  private closed(): void {
    if (!this.isComplete) this.stop(brokenOff)
  }

  private awaitPiece(): void {
    if (this.queue === null) this.parts.idle.add(this, this.parts.clock.monotonic())
    this.request.resume()
  }

  /** Takes records while there are any and while there is room; called again when either changes. */
  private feed(): void {
    if (this.isFeeding) return
    this.isFeeding = true
    for (let taken = 0; this.stage === 'reading'; taken++) {
      if (taken === turnRecordsMax) {
        this.request.pause()
        this.parts.scheduler.after(0, () => this.feed())
        break
      }
      if (!this.mayTake()) {
        this.request.pause()
        break
      }
      if (!this.next()) break
    }
    this.isFeeding = false
  }

  private mayTake(): boolean {
    const hasRoom = this.recordsInFlight < recordsInFlightMax && this.bytesInFlight < bytesInFlightMax
    return hasRoom && this.awaited === null
  }

  /** Takes what comes next; false when there is nothing to take now. */
  private next(): boolean {
    const split = this.reading.splitter.next()
    if (split === 'more') {
      this.awaitPiece()
      return false
    }
    if (split === 'end') this.settle()
    else if (!Buffer.isBuffer(split) && split.kind === 'broken')
      this.stop(refusal('VALIDATION_ERROR', { problem: `Invalid request: ${split.problem}` }, 'frontend'))
    else this.publish(split)
    return true
  }

  private publish(split: Buffer | TooLong): void {
    const { recordsMax } = this.parts.limits
    if (this.recordCount === recordsMax) return this.stop(tooManyRecords(recordsMax))
    if (!this.parts.room.hold(this, resultBytes)) return this.stop(overloaded)
    const index = this.recordCount++
    const read = this.reading.reader(split)
    if (read instanceof HermesError) return this.results.refused(index, null, read)
    const { topicName, sent, brought, announcedBytes } = read
    const record = new BulkRecord(this, index, sent, brought, announcedBytes)
    this.recordsInFlight++
    this.bytesInFlight += announcedBytes
    // Until its topic and its schema are found, no later record may overtake it.
    this.awaited = record
    this.parts.pipeline.publish(record, topicName)
  }

  private settle(): void {
    this.stage = 'settling'
    this.queue?.remove(this)
    this.answerWhenSettled()
  }

  private answerWhenSettled(): void {
    if (this.recordsInFlight > 0 || this.stage === 'over') return
    this.stage = 'over'
    this.parts.room.release(this)
    this.parts.onOver(this)
    this.answer()
  }

  private answer(): void {
    const { request, response, ended, parts } = this
    if (parts.isClosing()) endConnectionAfter(response)
    if (!request.complete) request.resume()
    if (ended !== null && this.recordCount === 0)
      return answerRefusal(parts.scheduler, { id: randomUUID(), request, response }, ended)
    const { status, body } = this.results.answer(ended)
    const isLate = ended?.code === 'TIMEOUT'
    answer(parts.scheduler, { request, response }, { status, headers: jsonHeaders, body, isLate })
  }

  private tooLarge(): HermesError {
    const { requestBytesMax: bytesMax } = this.parts.limits
    return refusal('REQUEST_TOO_LARGE', { bytesMax }, 'frontend', { limit: bytesMax })
  }

  private late(): HermesError {
    const waitedMs = Math.round(this.parts.clock.monotonic() - this.startedMs)
    return refusal('TIMEOUT', { waitedMs }, 'frontend')
  }
}

function tooManyRecords(recordsMax: number): HermesError {
  return refusal('TOO_MANY_RECORDS', { recordsMax }, 'frontend', { limit: recordsMax })
}
