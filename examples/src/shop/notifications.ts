/**
 * Notifications: one mail an order.
 * Takes orders by a direct call (`POST /mails`) or as events (`POST /events/orders`). Gives mails.
 * Promises: an event has one mail, however often it is delivered.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { createMemoryProcessed } from '@iris/receiver/memory'
import { processedOnce } from '@iris/receiver/processed'
import { createJsonService, type JsonService } from '../shared/json-service.js'
import type { OrderPlaced } from './events.js'
import { messageIdOf } from './message-id.js'

/** The service and what one may know of it. */
export interface Notifications extends JsonService {
  /** Order ids, one a mail. */
  readonly mails: readonly string[]
}

/** Makes the service. `workMs` is what a mail costs it. */
export function createNotifications(workMs: number): Notifications {
  const mails: string[] = []
  const processed = createMemoryProcessed()
  const send = async (orderId: string): Promise<void> => {
    await sleep(systemScheduler, workMs)
    mails.push(orderId)
  }
  const service = createJsonService({
    'POST /mails': async ({ body }) => {
      await send((body as { readonly orderId: string }).orderId)
      return { status: 201 }
    },
    'POST /events/orders': async ({ headers, body }) => {
      await processedOnce(processed, messageIdOf(headers), () => send((body as OrderPlaced).orderId))
      return { status: 204 }
    },
  })
  return Object.assign(service, { mails })
}
