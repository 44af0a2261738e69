/**
 * Orders, the asynchronous variant: the others are told, and tell.
 * Takes `POST /orders {"method"}`; the prices come from a private copy that events keep fresh, a read model.
 * Gives 202 with the `Location` of the order once Iris has its event; `GET /orders/:id` says how far it is.
 * Promises: nobody but Iris has to be there when an order is taken.
 */
import { randomUUID } from 'node:crypto'
import type { IrisApi } from '@iris/local-stack/iris-api'
import { createMemoryProgress } from '@iris/receiver/memory'
import { inOrder, verdictOf, type ProgressStore, type Projection } from '@iris/receiver/projection'
import { answerOf } from '@iris/receiver/verdict'
import { ensureSubscription, publishEvent, replayFromBeginning } from '../shared/iris.js'
import { createJsonService, type Handler, type JsonService } from '../shared/json-service.js'
import { topics, type BillEvent, type MethodSnapshot, type OrderPlaced } from './events.js'

/** How far an order is. What a customer reads here may be a moment old: eventual consistency. */
export type OrderState = 'being billed' | 'billed' | 'complete'

interface Order {
  readonly orderId: string
  readonly method: string
  readonly price: number
}

/** What is left when the process ends. */
export interface OrderDatabase {
  readonly orders: Map<string, Order>
  /** What is known of the bill of each order, and which changes wait for one before them. */
  readonly bills: ProgressStore<OrderState, BillEvent>
}

/** An empty one. A real service keeps both in tables: see `@iris/receiver/postgres`. */
export function createOrderDatabase(): OrderDatabase {
  return { orders: new Map(), bills: createMemoryProgress() }
}

const initial: OrderState = 'being billed'
const stateAfter: Readonly<Record<BillEvent['kind'], OrderState>> = {
  BillOpened: 'billed',
  BillPaid: 'complete',
}

/** Incremental events: each counts once, in the order of its version, however they come. */
function billsOf({ bills }: OrderDatabase): Projection<OrderState, BillEvent> {
  return inOrder(bills, { initial, apply: (_state, event) => stateAfter[event.kind] })
}

/** The name of its subscriptions. */
export const subscriptionName = 'orders'
const subscriptionPolicy = { messageBackoff: 200 }

/** Makes the service. Its start ends when it has read all delivery methods again. */
export function createAsynchronousOrders(api: IrisApi, database: OrderDatabase): JsonService {
  const { orders } = database
  const bills = billsOf(database)
  const methods = new Map<string, MethodSnapshot>()
  const service = createJsonService({
    'POST /orders': takeOrder(api, methods, orders),
    'GET /orders/:id': async ({ id }) => {
      const order = orders.get(id)
      if (order === undefined) return { status: 404 }
      return { status: 200, body: { ...order, state: (await bills.read(id))?.state ?? initial } }
    },
    'POST /events/methods': ({ body }) => {
      const snapshot = body as MethodSnapshot
      // A snapshot is the whole truth of its moment: an older one, or the same again, changes nothing.
      const known = methods.get(snapshot.method)?.version ?? 0
      if (snapshot.version > known) methods.set(snapshot.method, snapshot)
      return { status: 204 }
    },
    'POST /events/bills': async ({ body }) => {
      const event = body as BillEvent
      const { status, headers } = answerOf(verdictOf(await bills.change(event.orderId, event.version, event)))
      return { status, headers }
    },
  })
  const subscribe = (topic: string, path: string): Promise<void> =>
    ensureSubscription(api, topic, subscriptionName, { endpoint: service.url + path, subscriptionPolicy })
  const listen = service.start
  return Object.assign(service, {
    async start() {
      methods.clear() // they were in the memory of the process that ended
      await listen()
      await subscribe(topics.bills, '/events/bills')
      await subscribe(topics.methods, '/events/methods')
      await replayFromBeginning(api, topics.methods, subscriptionName)
    },
  })
}

function takeOrder(
  api: IrisApi,
  methods: ReadonlyMap<string, MethodSnapshot>,
  orders: OrderDatabase['orders'],
): Handler {
  return async ({ body }) => {
    const { method } = body as { readonly method: string }
    const known = methods.get(method)
    if (known === undefined) return { status: 422, body: { error: `no delivery by ${method}` } }
    const orderId = randomUUID()
    const { price } = known
    const placed: OrderPlaced = { kind: 'OrderPlaced', orderId, method, amount: price }
    // Written first, for its events may be back before Iris' answer. A death between the two lines leaves an
    // order that nobody hears of, and a publish without an answer may have been stored: an outbox closes both
    // gaps.
    orders.set(orderId, { orderId, method, price })
    try {
      await publishEvent(api, { topic: topics.orders, key: orderId, body: placed })
    } catch {
      orders.delete(orderId)
      return { status: 503, headers: { 'Retry-After': '1' }, body: { error: 'Iris does not answer' } }
    }
    return {
      status: 202,
      headers: { Location: `/orders/${orderId}` },
      body: { orderId, price, state: initial },
    }
  }
}
