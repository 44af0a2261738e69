// pure
/**
 * The ways to publish, and which of them a key takes.
 * Takes a key's number. Gives its way: a key keeps it for ever, because order holds within one way only.
 */
import type { Random } from '@iris/common/time/clock'

/** Ways by the number in an invoke's detail. */
export const ways = {
  /** One message, one request, 201. */
  single: 0,
  /** Several messages in one request, an answer a message. */
  bulk: 1,
  /** With an `Idempotency-Key`, repeated until the answer is 201. */
  keyed: 2,
  /** `Prefer: respond-async`: 202 before Kafka has it. */
  spooled: 3,
  /** `Deliver-At`, `Deliver-After`; some are cancelled. */
  scheduled: 4,
} as const

export type WayName = keyof typeof ways

export const wayNames = Object.keys(ways) as readonly WayName[]

/** Of so many keys, those with these remainders go this way; the rest one by one. */
const shareOf = 8
const remainders: Readonly<Record<number, number>> = {
  2: ways.scheduled,
  3: ways.bulk,
  4: ways.bulk,
  5: ways.keyed,
  6: ways.spooled,
  7: ways.spooled,
}

/** How often a worker begins a request of each way, by the way's number. */
const weights: readonly number[] = [40, 3, 12, 20, 15]

/** The way that a key goes. */
export function wayOf(key: number): number {
  return remainders[key % shareOf] ?? ways.single
}

/** Whether a key that goes through the spool prefers Kafka's word where that comes soon. */
export function isWaitingKey(key: number): boolean {
  return Math.floor(key / shareOf) % 2 === 1
}

/** A way by its weight. */
export function drawWay(random: Random): number {
  let left = random() * weights.reduce((sum, each) => sum + each, 0)
  return Math.max(
    0,
    weights.findIndex(each => (left -= each) < 0),
  )
}
