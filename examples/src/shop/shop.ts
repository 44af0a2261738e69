/**
 * The whole shop: both variants of orders over the same three services.
 * Takes the REST calls of Iris. Gives services that can be stopped and started one by one.
 * Promises: topics and subscriptions exist when it has started; the end removes the subscriptions.
 */
import type { IrisApi } from '@iris/local-stack/iris-api'
import { call } from '../shared/call.js'
import { ensureSubscription, ensureTopic } from '../shared/iris.js'
import type { JsonService } from '../shared/json-service.js'
import { createBilling, type Billing } from './billing.js'
import { topics } from './events.js'
import { createMethods } from './methods.js'
import { createNotifications, type Notifications } from './notifications.js'
import { createAsynchronousOrders, createOrderDatabase, subscriptionName } from './orders-asynchronous.js'
import { createSynchronousOrders } from './orders-synchronous.js'

/** What a delivery costs here. */
export const prices = { courier: 12, locker: 7 } as const

/** What one request costs each service, in milliseconds: a query, a bill, a mail. */
const workMs = { methods: 5, billing: 30, notifications: 20 } as const

/** The subscriptions of those who listen to orders. */
export const listeners = ['billing', 'notifications'] as const

/** A back-off as short as the story; a busy machine must not look like a service that hangs. */
const subscriptionPolicy = { messageBackoff: 200, requestTimeout: 10_000 }

/** The services. */
export interface Shop {
  readonly methods: JsonService
  readonly billing: Billing
  readonly notifications: Notifications
  readonly synchronous: JsonService
  readonly asynchronous: JsonService
  stop(): Promise<void>
}

/** Starts all of it. */
export async function startShop(api: IrisApi): Promise<Shop> {
  const methods = createMethods(api, workMs.methods)
  const billing = createBilling(api, workMs.billing)
  const notifications = createNotifications(workMs.notifications)
  const synchronous = createSynchronousOrders({ methods, billing, notifications })
  const asynchronous = createAsynchronousOrders(api, createOrderDatabase())
  const services = [methods, billing, notifications, synchronous, asynchronous]
  const stop = async (): Promise<void> => {
    for (const name of listeners) await api.deleteSubscription(topics.orders, name)
    for (const topic of [topics.bills, topics.methods]) await api.deleteSubscription(topic, subscriptionName)
    await Promise.all(services.map(each => each.stop()))
  }
  try {
    await ensureTopic(api, topics.methods, 'Snapshots: what each delivery method is now')
    await ensureTopic(api, topics.orders, 'Facts: an order was taken')
    await ensureTopic(api, topics.bills, 'Changes: what became of the bill of an order')
    await Promise.all([methods, billing, notifications, synchronous].map(each => each.start()))
    const [first, second] = listeners
    await listen(api, first, billing)
    await listen(api, second, notifications)
    for (const [name, price] of Object.entries(prices)) await setPrice(methods, name, price)
    await asynchronous.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { methods, billing, notifications, synchronous, asynchronous, stop }
}

function listen(api: IrisApi, name: string, service: JsonService): Promise<void> {
  const endpoint = `${service.url}/events/orders`
  return ensureSubscription(api, topics.orders, name, { endpoint, subscriptionPolicy })
}

async function setPrice(methods: JsonService, name: string, price: number): Promise<void> {
  const answer = await call('PUT', `${methods.url}/methods/${name}`, { price })
  if (answer?.status !== 200) throw new Error(`methods did not take ${name}: ${JSON.stringify(answer?.body)}`)
}
