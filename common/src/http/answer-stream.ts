/**
 * An answer without a known end.
 * Takes a request, its response and who writes. Gives it the way to the caller. Promises: the head goes out
 * at once; what is written after the end is dropped; the end is told once, be it ours or the caller's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerStream, ApiAnswer } from './api.js'
import type { Departures } from './departures.js'

/** Where it goes. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly departures: Departures
}

/** Begins it. */
export function beginStream(
  { request, response, departures }: Exchange,
  { status, type, headers = {} }: ApiAnswer,
  stream: (to: AnswerStream) => void,
): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('Content-Type', type)
  // Whoever holds the connection for so long needs it for nothing else, and a stop need not wait for more.
  response.setHeader('Connection', 'close')
  let isOver = false
  let isGone = false
  const listeners: (() => void)[] = []
  departures.tellOfListener(request, response, () => {
    isOver = isGone = true
    for (const gone of listeners.splice(0)) gone()
  })
  const end = (): void => {
    isOver = true
    response.end()
  }
  if (request.method === 'HEAD') end()
  else response.flushHeaders()
  stream({
    waitingBytes: () => response.writableLength,
    write(bytes) {
      if (!isOver) response.write(bytes)
    },
    end,
    // A response that waits behind another on its connection has none of its own to destroy.
    cut: () => void request.socket.destroy(),
    onGone(gone) {
      if (isGone) gone()
      else listeners.push(gone)
    },
  })
}
