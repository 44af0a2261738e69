/**
 * The message that is the body of a request.
 * Takes a request and its response. Gives an origin: its headers, its body under the topic's limit, and the
 * answer on the wire. Promises: one object a request, whose methods the body reader and the pipeline call; a
 * client that waits for `100 Continue` is asked for the body only when it will be read.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { declaredLength, readBody, type BodyFailure, type BodyReading } from '@iris/common/http/body'
import type { BodySink } from '@iris/common/http/body'
import { endConnectionAfter } from '@iris/common/http/connection-state'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { tooLarge } from './admit.js'
import { answerAccepted, answerRefusal, answerStored, replayHeaders, scheduledHeaders } from './answer.js'
import type { Acceptance, BodyTaker, Origin } from './origin.js'
import type { Pipeline } from './pipeline.js'
import { overloaded } from './refusals.js'

/** What all requests share. */
export interface RequestSurroundings {
  readonly scheduler: Scheduler
  /** Whether answers must close their connections. */
  readonly isClosing: () => boolean
  /** Whether a fellow has passed a request on. */
  readonly isForwarded: (request: IncomingMessage) => boolean
  /** Headers of every answer that leaves its connection open. */
  readonly answerHeaders: readonly string[]
}

/** Publishes the body of a request to a topic. */
export type PublishRequest = (request: IncomingMessage, response: ServerResponse, topicName: string) => void

/** Makes the way from a request into the pipeline. */
export function createPublishRequest(pipeline: Pipeline, surroundings: RequestSurroundings): PublishRequest {
  return (request, response, topicName) =>
    pipeline.publish(new SingleRequest(surroundings, request, response), topicName)
}

const none: readonly string[] = []

class SingleRequest implements Origin, BodySink {
  readonly announcedBytes: number
  private taker: BodyTaker | null = null
  private topic: RoutedTopic | null = null
  private noted: readonly string[] = none

  constructor(
    private readonly surroundings: RequestSurroundings,
    /** The request itself: it holds its headers in the shape that is wanted. */
    readonly sent: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.announcedBytes = declaredLength(sent)
  }

  read(taker: BodyTaker, topic: RoutedTopic): BodyReading {
    this.taker = taker
    this.topic = topic
    if (this.sent.headers.expect !== undefined) this.response.writeContinue()
    return readBody(this.sent, topic.bodyBytesMax, this)
  }

  mayHold(bytes: number): boolean {
    return this.taker?.mayHold(bytes) ?? false
  }

  onBody(body: Buffer): void {
    const problem = lengthProblem(this.sent, this.announcedBytes, body.length)
    if (problem === null) this.taker?.onBody(body)
    else this.taker?.onNoBody(problem)
  }

  onBodyFailed(failure: BodyFailure, bytes: number): void {
    this.taker?.onNoBody(this.refusalOf(failure, bytes))
  }

  stored(id: string, scheduled: ScheduledAnswer | null, isReplay: boolean): void {
    let more = this.moreHeaders()
    if (scheduled !== null) more = [...scheduledHeaders(scheduled), ...more]
    if (isReplay) more = [...replayHeaders, ...more]
    answerStored(this.response, id, more)
  }

  accepted(id: string, where: Acceptance): void {
    answerAccepted(this.response, id, where, this.moreHeaders())
  }

  refused(id: string, error: HermesError): void {
    const { sent: request, response } = this
    const more = this.moreHeaders()
    answerRefusal(this.surroundings.scheduler, { id, request, response, more }, error)
  }

  get address(): string | undefined {
    return this.sent.socket.remoteAddress
  }

  get connection(): object {
    return this.sent.socket
  }

  get isForwarded(): boolean {
    return this.surroundings.isForwarded(this.sent)
  }

  note(headers: readonly string[]): void {
    this.noted = headers
  }

  private refusalOf(failure: BodyFailure, bytes: number): HermesError {
    const { topic } = this
    invariant(topic !== null, 'a body was refused before its topic was known')
    if (failure === 'noRoom') return overloaded
    if (failure === 'tooLarge') return tooLarge(bytes, topic)
    return wrongLength(this.announcedBytes, bytes)
  }

  /** Of an answer that is about to be written; while closing it ends its connection. */
  private moreHeaders(): readonly string[] {
    const { isClosing, answerHeaders } = this.surroundings
    if (isClosing()) endConnectionAfter(this.response)
    else if (answerHeaders.length > 0) return [...answerHeaders, ...this.noted]
    return this.noted
  }
}

/**
 * What is wrong with the length. Only exactly `chunked`, in lower case, stands for a length; so a request
 * with neither header and no body is refused, and so is every other transfer coding, which would otherwise be
 * stored undecoded.
 */
export function lengthProblem(
  request: Pick<IncomingMessage, 'headers' | 'complete'>,
  announced: number,
  bytes: number,
): HermesError | null {
  if (announced === bytes) return null
  if (announced < 0 && request.headers['transfer-encoding'] === 'chunked' && request.complete) return null
  return wrongLength(announced, bytes)
}

/** The refusal of a body that is not as long as announced; -1 stands for no announcement. */
function wrongLength(announced: number, bytes: number): HermesError {
  const problem = `Content-Length does not match the header [header:${announced}, actual:${bytes}].`
  return refusal('VALIDATION_ERROR', { problem }, 'frontend', { field: 'Content-Length' })
}
