/**
 * What a connection still owes: its newest response, and whether another request may follow.
 * Takes responses as their requests come; answers leave in the same order, so the newest is the last.
 * Promises: after an answer that ends its connection no further request of it is served. Node would serve
 * what was pipelined behind, and its answer could never leave.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const newest = Symbol('newestResponse')
type KnownSocket = Socket & { [newest]?: ServerResponse }

/**
 * Notes the response of a request that came. False when the connection ends before it: it must not be served.
 */
export function acceptResponse(socket: Socket, response: ServerResponse): boolean {
  const known = socket as KnownSocket
  const before = known[newest]
  if (before !== undefined && !before.shouldKeepAlive) return false
  known[newest] = response
  return true
}

/** The response of the newest request, or undefined before the first. */
export function newestResponse(socket: Socket): ServerResponse | undefined {
  return (socket as KnownSocket)[newest]
}

/** Whether a connection owes no answer: it never had a request, or all were answered. */
export function owesNothing(socket: Socket): boolean {
  return newestResponse(socket)?.writableFinished ?? true
}

/** Lets a response end its connection, unless others are owed after it. Call before its head is written. */
export function endConnectionAfter(response: ServerResponse): void {
  const { socket } = response.req
  if ((newestResponse(socket) ?? response) === response) response.shouldKeepAlive = false
}
