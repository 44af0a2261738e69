/**
 * Billing: one bill an order.
 * Takes orders by a direct call (`POST /bills`) or as events (`POST /events/orders`). Gives bills, and
 * incremental events about each bill that came of an event.
 * Promises: an event has one effect, however often it is delivered. A direct call has no id to know it by.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import type { IrisApi } from '@iris/local-stack/iris-api'
import { createMemoryProcessed } from '@iris/receiver/memory'
import { processedOnce } from '@iris/receiver/processed'
import { publishEvent } from '../shared/iris.js'
import { createJsonService, noAnswer, type JsonService } from '../shared/json-service.js'
import { topics, type BillEvent, type OrderPlaced } from './events.js'
import { messageIdOf } from './message-id.js'

/** The service and what one may know of it. */
export interface Billing extends JsonService {
  /** Order ids, one a bill. */
  readonly bills: readonly string[]
  /** Ids of messages that came again after they had been processed. */
  readonly repeats: readonly string[]
  /** The next event is processed, and the answer gets lost. */
  loseNextAnswer(): void
}

/** Makes the service. `workMs` is what a bill costs it. */
export function createBilling(api: IrisApi, workMs: number): Billing {
  const bills: string[] = []
  const repeats: string[] = []
  const processed = createMemoryProcessed()
  let isNextLost = false

  const makeBill = async (orderId: string): Promise<void> => {
    await sleep(systemScheduler, workMs)
    bills.push(orderId)
  }
  const tell = (event: BillEvent): Promise<string> =>
    publishEvent(api, { topic: topics.bills, key: event.orderId, body: event })

  const service = createJsonService({
    'POST /bills': async ({ body }) => {
      await makeBill((body as { readonly orderId: string }).orderId)
      return { status: 201 }
    },
    'POST /events/orders': async ({ headers, body }) => {
      const { orderId, amount } = body as OrderPlaced
      const id = messageIdOf(headers)
      const { isFirst } = await processedOnce(processed, id, async () => {
        // Told first, kept last: what fails in between is done again, and by the versions readers know what
        // they have. To tell only what is kept takes an outbox.
        await tell({ kind: 'BillOpened', orderId, version: 1, amount })
        await tell({ kind: 'BillPaid', orderId, version: 2 })
        await makeBill(orderId)
      })
      if (!isFirst) repeats.push(id)
      if (!isNextLost) return { status: 204 }
      isNextLost = false
      return noAnswer
    },
  })
  return Object.assign(service, { bills, repeats, loseNextAnswer: () => void (isNextLost = true) })
}
