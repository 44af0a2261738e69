/**
 * The answers of a publish request, as bytes on the wire.
 * Takes a message that Kafka has, or a refusal.
 * Promises: every answer carries the message id; a request whose body is still coming is answered at once and
 * its connection closed without cutting the answer off.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HermesError } from '@iris/common/errors/hermes-error'
import { writeProblem } from '@iris/common/errors/problem'
import { endEarly, mustCloseEarly } from '@iris/common/http/early-answer'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import type { Acceptance } from './origin.js'

const messageIdHeader = 'Hermes-Message-Id'
const hermesType = 'application/json'
const none: readonly string[] = []

/** Tells an answer that was given before from a first one, as header lines. */
export const replayHeaders: readonly string[] = ['Idempotent-Replay', 'true']

/** A request and its response. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Further headers, as a flat list of names and values. */
  readonly more?: readonly string[]
}

/** What a refusal goes to. */
export interface Answerable extends Exchange {
  readonly id: string
}

/** Kafka has the message. */
export function answerStored(response: ServerResponse, id: string, more: readonly string[] = none): void {
  const headers = [messageIdHeader, id, 'Content-Length', '0']
  response.writeHead(201, more.length === 0 ? headers : headers.concat(more))
  response.end()
}

/** The message is safe here, and Kafka will have it later. */
export function answerAccepted(
  response: ServerResponse,
  id: string,
  where: Acceptance,
  more: readonly string[] = none,
): void {
  const headers = [messageIdHeader, id, 'Location', where.location, 'Content-Length', '0', ...more]
  if (where.isPreferred) headers.push('Preference-Applied', 'respond-async')
  response.writeHead(202, headers)
  response.end()
}

/** The message was refused, or its fate is not known: the code says which. */
export function answerRefusal(scheduler: Scheduler, to: Answerable, error: HermesError): void {
  const { contentType, body } = writeProblem(error, to.request.headers.accept, to.id)
  const headers = [messageIdHeader, to.id]
  // Hermes says nothing but the challenge to who must say first who it is.
  const shown = Buffer.from(error.status === 401 && contentType === hermesType ? '' : body)
  if (shown.length > 0) headers.push('Content-Type', contentType)
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  const isLate = error.code === 'TIMEOUT'
  answer(scheduler, to, { status: error.status, headers, body: shown, isLate })
}

/** An answer with a body; its length is added to the headers. */
export interface Answer {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** The request's body did not come in time: its connection cannot be used again. */
  readonly isLate: boolean
}

/** Answers a request whose body may still be coming. */
export function answer(scheduler: Scheduler, to: Exchange, { status, headers, body, isLate }: Answer): void {
  const { request, response } = to
  if (response.destroyed || response.headersSent) return
  const all = [...headers, ...(to.more ?? none), 'Content-Length', String(body.length)]
  if (isLate || mustCloseEarly(request)) {
    response.shouldKeepAlive = false
    response.writeHead(status, all)
    response.write(body)
    endEarly(scheduler, request, response)
  } else {
    response.writeHead(status, all)
    response.end(body)
  }
}

/** What an answer says of a message that waits, as header lines. */
export function scheduledHeaders({ id, dueMs }: ScheduledAnswer): readonly string[] {
  return ['Deliver-At', new Date(dueMs).toISOString(), ...(id === null ? [] : ['Schedule-Id', id])]
}
