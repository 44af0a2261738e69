/**
 * The service of the story: a warehouse that packs orders, with a bug until it is mended.
 * Takes deliveries of Iris. Gives what it has packed, and how often it was asked for each order.
 * Promises: written as a user of `@iris/receiver` would; the bug is an ordinary one, it throws.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@iris/common/time/clock'
import { httpListener } from '@iris/receiver/http'
import { createReceiver } from '@iris/receiver/receiver'
import type { Delivery } from '@iris/receiver/delivery'

/** An order as it is published; without items it poisons the warehouse. */
export interface Order {
  readonly order: string
  readonly items?: readonly string[]
}

/** One attempt of Iris to hand over an order. */
export interface Attempt {
  readonly order: string
  readonly messageId: string
  readonly atMs: number
  /** The error that it ended with; null: it was packed. */
  readonly error: string | null
}

/** A running warehouse. */
export interface Warehouse {
  readonly url: string
  readonly attempts: readonly Attempt[]
  /** What a new version without the bug would do. */
  mend(): void
  stop(): Promise<void>
}

const attemptsMax = 1_000

/** Starts it on a free port of loopback; `key` is the one that its subscription signs with. */
export async function startWarehouse(key: string): Promise<Warehouse> {
  const attempts: Attempt[] = []
  let isMended = false
  const pack = ({ items }: Order): number => {
    if (isMended) return items?.length ?? 0
    // The bug: the compiler was told that there are always items.
    return (items as readonly string[]).length
  }
  const handle = (delivery: Delivery): void => {
    const content = delivery.json() as Order
    const note = (error: string | null): void => {
      if (attempts.length >= attemptsMax) return
      attempts.push({ order: content.order, messageId: delivery.id, atMs: systemClock.monotonic(), error })
    }
    try {
      pack(content)
      note(null)
    } catch (error) {
      note(error instanceof Error ? error.message : String(error))
      throw error
    }
  }
  const server = createServer(httpListener(createReceiver({ keys: [key], handle })))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attempts,
    mend: () => void (isMended = true),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
