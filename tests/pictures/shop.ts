/**
 * A shop as the pictures show it: orders and returns, receivers that are well, slow to accept, or gone.
 * Takes the API of a running Iris and the address of its inbox. Gives traffic, and what pages are looked at.
 */
import { succeeded, type IrisApi } from '@iris/local-stack/iris-api'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'

const orders = 'shop.orders'
const returns = 'shop.returns'
const owner = { source: 'Plaintext', id: 'Shop Team' }
const kept = { contentType: 'JSON', retentionTime: { duration: 1 }, trackingEnabled: true }
const roundMs = 500
const customers = ['Ada', 'Bela', 'Chen', 'Dara', 'Emil', 'Fatou', 'Goran']

/** What the pictures show. */
export interface Places {
  readonly topic: string
  /** Gets every message. */
  readonly wellName: string
  /** Nobody listens where it sends to. */
  readonly goneName: string
  /** Of a message that was delivered to some and failed for others. */
  readonly messageId: () => string
}

export interface Shop {
  readonly places: Places
  /** Publishes for so long, or until `close`. */
  live(ms: number): Promise<void>
  close(): void
}

/** Makes its topics and subscriptions. */
export async function openShop(api: IrisApi, inbox: string): Promise<Shop> {
  succeeded('group', await api.createGroup('shop'))
  for (const [name, description] of [
    [orders, 'What happens to orders'],
    [returns, 'What comes back'],
  ])
    succeeded('topic', await api.createTopic({ name, description, owner, ...kept }))
  const receivers: readonly (readonly [string, string, string, object?])[] = [
    [orders, 'billing', `${inbox}/billing`],
    [orders, 'mail', `${inbox.replace(/inbox$/, 'fail/2')}/mail`],
    [orders, 'warehouse', 'http://127.0.0.1:9/none', { messageTtl: 5, messageBackoff: 100 }],
    [returns, 'refunds', `${inbox}/refunds`],
    [returns, 'stock', `${inbox}/stock`],
  ]
  for (const [topicName, name, endpoint, subscriptionPolicy = {}] of receivers)
    succeeded(
      'subscription',
      await api.createSubscription({
        ...{ topicName, name, endpoint, owner, subscriptionPolicy, trackingMode: 'trackingAll' },
        description: `What ${name} does with it`,
      }),
    )
  let isOpen = true
  let number = 1_000
  let messageId = ''
  const publish = async (topic: string): Promise<void> => {
    const id = ++number
    const body = {
      ...{ id, status: topic === orders ? 'new' : 'returned', total: (id * 37) % 900 },
      customer: { name: customers[id % customers.length], password: 'never shown' },
    }
    const headers = { 'Partition-Key': `customer-${id % customers.length}` }
    const answer = await api.publish({ topic, body: JSON.stringify(body), headers })
    succeeded('message', answer)
    if (topic === orders) messageId = answer.headers.get('hermes-message-id') ?? messageId
  }
  return {
    places: { topic: orders, wellName: 'billing', goneName: 'warehouse', messageId: () => messageId },
    async live(ms) {
      const end = systemClock.monotonic() + ms
      for (let round = 0; isOpen && systemClock.monotonic() < end; round++) {
        // Busier and calmer times, so that the charts have a shape.
        const count = Math.round(4 + 3 * Math.sin(round / 9) + (round % 3))
        await Promise.all(Array.from({ length: count }, () => publish(orders)))
        await Promise.all(Array.from({ length: 2 * count }, () => publish(returns)))
        await sleep(systemScheduler, roundMs)
      }
    },
    close: () => void (isOpen = false),
  }
}
