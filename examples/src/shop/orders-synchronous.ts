/**
 * Orders, the synchronous variant: all others are asked while the customer waits.
 * Takes `POST /orders {"method"}` and the addresses of the others. Gives 201 when all of them have answered,
 * 503 with the name of the first that did not.
 */
import { randomUUID } from 'node:crypto'
import { call } from '../shared/call.js'
import { createJsonService, type JsonAnswer, type JsonService } from '../shared/json-service.js'
import type { MethodSnapshot } from './events.js'

/** Those who must be there at the same moment. */
export interface Others {
  readonly methods: JsonService
  readonly billing: JsonService
  readonly notifications: JsonService
}

/** Makes the service. */
export function createSynchronousOrders({ methods, billing, notifications }: Others): JsonService {
  return createJsonService({
    'POST /orders': async ({ body }) => {
      const orderId = randomUUID()
      const { method } = body as { readonly method: string }
      const found = await call('GET', `${methods.url}/methods/${encodeURIComponent(method)}`)
      if (found === null) return missing('methods')
      if (found.status === 404) return { status: 422, body: { error: `no delivery by ${method}` } }
      const { price } = found.body as MethodSnapshot
      if ((await call('POST', `${billing.url}/bills`, { orderId, amount: price })) === null)
        return missing('billing')
      // From here on the bill exists, also if the next call fails: nobody takes it back.
      if ((await call('POST', `${notifications.url}/mails`, { orderId })) === null)
        return missing('notifications')
      return { status: 201, headers: { Location: `/orders/${orderId}` }, body: { orderId, price } }
    },
  })
}

function missing(service: string): JsonAnswer {
  return { status: 503, body: { error: `${service} does not answer` } }
}
