/**
 * The answer to bytes that are no request: 400, 408 or 431, and the end of the connection.
 * Takes the parser's error and the connection. Gives a bare answer only where no other answer is owed.
 * Promises: a complete request that came before keeps its own answer. Node's default writes 400 in its place,
 * and a message that Kafka stores would look refused.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Scheduler } from '../time/scheduler.js'
import { endConnectionAfter, newestResponse } from './connection-state.js'

const isBroken = Symbol('isBroken')
type KnownSocket = Socket & { [isBroken]?: boolean }

/** How long a client may take to read the answer before its connection is cut. */
const lingerMs = 500

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/** Handles `clientError` of a server. */
export function answerBrokenFraming(
  scheduler: Scheduler,
  error: NodeJS.ErrnoException,
  socket: Socket,
): void {
  const known = socket as KnownSocket
  if (known[isBroken] === true) return
  known[isBroken] = true
  const response = newestResponse(socket)
  if (!socket.writable) socket.destroy()
  else if (response === undefined || response.writableFinished) {
    // After an answer, silence is not worth a second one: nobody waits for it.
    if (response !== undefined && !response.req.complete) socket.destroy()
    else endWith(scheduler, socket, statusOf(error))
  } else if (response.req.complete || response.headersSent || response.socket === null) {
    endAfter(response, socket)
  } else endWith(scheduler, socket, statusOf(error))
}

function statusOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

function endWith(scheduler: Scheduler, socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${phrases[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  const cancel = scheduler.after(lingerMs, () => socket.destroy())
  socket.once('close', cancel)
}

/** Lets the owed answers out and then closes; the parser takes nothing more from this connection. */
function endAfter(response: ServerResponse, socket: Socket): void {
  if (!response.headersSent) endConnectionAfter(response)
  response.once('close', () => socket.destroySoon())
}
