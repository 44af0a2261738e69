/**
 * The answers of a publish request, as bytes on the wire.
 * Takes a message that Kafka has, or a refusal.
 * Promises: every answer carries the message id; a request whose body is still coming is answered at once and
 * its connection closed without cutting the answer off.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HermesError } from '@iris/common/errors/hermes-error'
import { problemBody } from '@iris/common/errors/problem'
import { endEarly, mustCloseEarly } from '@iris/common/http/early-answer'
import type { Scheduler } from '@iris/common/time/scheduler'

const messageIdHeader = 'Hermes-Message-Id'

/** What an answer goes to. */
export interface Answerable {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Kafka has the message. */
export function answerStored(response: ServerResponse, id: string): void {
  response.writeHead(201, [messageIdHeader, id, 'Content-Length', '0'])
  response.end()
}

/** The message was refused, or its fate is not known: the code says which. */
export function answerRefusal(scheduler: Scheduler, to: Answerable, error: HermesError): void {
  const { request, response } = to
  if (response.destroyed || response.headersSent) return
  const body = Buffer.from(problemBody(error))
  const headers = [messageIdHeader, to.id, 'Content-Type', 'application/json']
  headers.push('Content-Length', String(body.length))
  for (const [name, value] of Object.entries(error.headers)) headers.push(name, value)
  if (error.code === 'TIMEOUT' || mustCloseEarly(request)) {
    response.shouldKeepAlive = false
    response.writeHead(error.status, headers)
    response.write(body)
    endEarly(scheduler, request, response)
  } else {
    response.writeHead(error.status, headers)
    response.end(body)
  }
}
