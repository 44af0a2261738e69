/**
 * A receiver as a handler of Express 4 or 5: `app.post('/billing', expressHandler(receiver))`.
 * Takes a receiver. Gives a handler that reads the body itself, or takes what `express.raw()` has read.
 * Refuses a body that another parser has taken apart: its bytes are gone, the signature cannot be checked.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { receiveFrom, send } from './http.js'
import type { Receiver } from './receiver.js'

type ExpressRequest = IncomingMessage & { readonly body?: unknown }

/** A handler for a route of its own, before `express.json()`. */
export function expressHandler(
  receiver: Receiver,
): (request: ExpressRequest, response: ServerResponse) => void {
  return (request, response) => {
    const { body, headers } = request
    if (body instanceof Uint8Array) {
      void receiver.receive({ headers, body }).then(answer => send(response, answer))
      return
    }
    if (!request.readableEnded) return receiveFrom(receiver, request, response)
    send(response, receiver.misplaced('the body was parsed: put the route before express.json()'))
  }
}
