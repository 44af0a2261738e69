/**
 * Customers of a shop.
 * Takes the address of orders and a count. Gives which orders were taken and how long each answer took.
 * Promises: one order after the other, none repeated.
 */
import { systemClock } from '@iris/common/time/clock'
import { call } from '../shared/call.js'

/** What became of some orders. */
export interface Bought {
  readonly asked: number
  /** Ids. */
  readonly taken: readonly string[]
  /** What the others were told. */
  readonly refusals: readonly string[]
  /** Of the orders that were taken. */
  readonly latenciesMs: readonly number[]
}

/** Nothing bought yet. */
export const nothing: Bought = { asked: 0, taken: [], refusals: [], latenciesMs: [] }

/** Both together. */
export function together(one: Bought, other: Bought): Bought {
  return {
    asked: one.asked + other.asked,
    taken: [...one.taken, ...other.taken],
    refusals: [...one.refusals, ...other.refusals],
    latenciesMs: [...one.latenciesMs, ...other.latenciesMs],
  }
}

/** Orders `count` times with delivery by `method`. */
export async function buy(ordersUrl: string, count: number, method = 'courier'): Promise<Bought> {
  let bought = nothing
  for (let asked = 0; asked < count; asked++) {
    const beginMs = systemClock.monotonic()
    const answer = await call('POST', `${ordersUrl}/orders`, { method })
    const tookMs = systemClock.monotonic() - beginMs
    const isTaken = answer?.status === 201 || answer?.status === 202
    const { orderId = '', error = '' } = (answer?.body ?? {}) as { orderId?: string; error?: string }
    const refusal = `${answer?.status ?? 'no answer'} ${error}`
    bought = together(
      bought,
      isTaken
        ? { asked: 1, taken: [orderId], refusals: [], latenciesMs: [tookMs] }
        : { asked: 1, taken: [], refusals: [refusal], latenciesMs: [] },
    )
  }
  return bought
}
