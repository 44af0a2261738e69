/**
 * When a reader goes.
 * Takes a request and its response. Tells once, when the answer was taken or the connection is over.
 * Promises: also of answers that wait behind others on their connection, of which Node says nothing when it
 * closes. Bound: one listener a connection, however many requests it carries.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Departures {
  /** Calls `gone` once; at once where the connection is over already. */
  tell(request: IncomingMessage, response: ServerResponse, gone: () => void): void
}

/** Makes it. */
export function createDepartures(): Departures {
  const waiting = new WeakMap<Socket, Set<() => void>>()
  const waitingAt = (socket: Socket): Set<() => void> => {
    const known = waiting.get(socket)
    if (known !== undefined) return known
    const made = new Set<() => void>()
    waiting.set(socket, made)
    socket.once('close', () => {
      for (const leave of made) leave()
    })
    return made
  }
  return {
    tell({ socket }, response, gone) {
      if (socket.destroyed) return gone()
      const here = waitingAt(socket)
      const leave = (): void => {
        if (here.delete(leave)) gone()
      }
      here.add(leave)
      response.on('close', leave)
    },
  }
}
