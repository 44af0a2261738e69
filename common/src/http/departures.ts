/**
 * When a reader goes.
 * Takes a request and its response. Tells once, when the answer was taken or the connection is over; of who
 * only listens, also when it has closed its side. Promises: also of answers that wait behind others on their
 * connection, of which Node says nothing when it closes. Bound: two listeners a connection, however many
 * requests it carries.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Departures {
  /** Calls `gone` once; at once where the connection is over already. */
  tell(request: IncomingMessage, response: ServerResponse, gone: () => void): void
  /**
   * The same for a response without an end: its reader goes too by closing its side of the connection, and
   * the response is ended. Who asks for one answer may do that and still wait for it.
   */
  tellOfListener(request: IncomingMessage, response: ServerResponse, gone: () => void): void
}

interface Waiting {
  readonly all: Set<() => void>
  /** What of them ends with the reader's side. */
  readonly listeners: Set<() => void>
}

/** Makes it. */
export function createDepartures(): Departures {
  const waiting = new WeakMap<Socket, Waiting>()
  const waitingAt = (socket: Socket): Waiting => {
    const known = waiting.get(socket)
    if (known !== undefined) return known
    const made = { all: new Set<() => void>(), listeners: new Set<() => void>() }
    waiting.set(socket, made)
    socket.once('close', () => made.all.forEach(leave => leave()))
    socket.once('end', () => made.listeners.forEach(hangUp => hangUp()))
    return made
  }
  return {
    tell({ socket }, response, gone) {
      if (socket.destroyed) return gone()
      const { all } = waitingAt(socket)
      const leave = (): void => {
        if (all.delete(leave)) gone()
      }
      all.add(leave)
      response.on('close', leave)
    },
    tellOfListener(request, response, gone) {
      const { socket } = request
      const { listeners } = waitingAt(socket)
      const leave = (): void => {
        if (listeners.delete(hangUp)) gone()
      }
      const hangUp = (): void => {
        leave()
        endAnswer(response)
      }
      listeners.add(hangUp)
      this.tell(request, response, leave)
      if (socket.readableEnded) hangUp()
    },
  }
}

/** Where nothing was answered yet, nothing is: an empty stream would say that all is well. */
function endAnswer(response: ServerResponse): void {
  if (response.headersSent) response.end()
  else response.destroy()
}
