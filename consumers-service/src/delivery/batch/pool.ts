/**
 * The bytes of messages that all batches of a process hold: gathered, under way, waiting for a retry, or on
 * their way to a dead-letter topic.
 * Takes letters in and gives them back. Promises: who holds nothing may always take one message, however
 * full the pool is, so no subscription waits for another.
 */
import type { Letter } from '../letter.js'

export interface BatchPool {
  readonly bytesMax: number
  bytes: number
}

/** What one subscription holds of the pool. */
export interface PoolShare {
  /** Whether it may take one more message. */
  hasRoom(): boolean
  /** Takes a message whose element has so many bytes. */
  hold(letter: Letter, elementBytes: number): void
  release(letter: Letter): void
}

/** What an object costs beside its bytes. */
const letterBytes = 500

/** The share of a subscription that holds nothing yet. */
export function createPoolShare(pool: BatchPool): PoolShare {
  let heldBytes = 0
  const change = (letter: Letter, bytes: number): void => {
    heldBytes += bytes - letter.heldBytes
    pool.bytes += bytes - letter.heldBytes
    letter.heldBytes = bytes
  }
  return {
    hasRoom: () => heldBytes === 0 || pool.bytes < pool.bytesMax,
    hold: (letter, elementBytes) => change(letter, elementBytes + letterBytes),
    release: letter => change(letter, 0),
  }
}
