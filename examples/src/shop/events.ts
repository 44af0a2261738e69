// pure
/**
 * What the services of the shop tell each other.
 * Snapshots hold the whole state after a change: only the newest counts. Incremental events hold what
 * changed: each counts, in the order of its version.
 */

/** The topics, `group.name`. */
export const topics = { methods: 'delivery.methods', orders: 'shop.orders', bills: 'shop.bills' } as const

/** A snapshot: a delivery method as it is now. */
export interface MethodSnapshot {
  readonly method: string
  /** Grows with each change of this method. */
  readonly version: number
  readonly price: number
}

/** An order was taken. */
export interface OrderPlaced {
  readonly kind: 'OrderPlaced'
  readonly orderId: string
  readonly method: string
  readonly amount: number
}

/** Incremental: what has become of the bill of an order. */
export type BillEvent =
  | {
      readonly kind: 'BillOpened'
      readonly orderId: string
      readonly version: 1
      readonly amount: number
    }
  | {
      readonly kind: 'BillPaid'
      readonly orderId: string
      readonly version: 2
    }
