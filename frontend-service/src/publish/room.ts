// pure
/**
 * The memory that bodies may take before the producer has them.
 * Takes reservations. Gives them while there is room. Bound: `bytesMax`.
 */
/** What an open request costs beside its body; bounds their number too. */
export const requestBytes = 2_048

/** What can hold room: it remembers how much. */
export interface Held {
  heldBytes: number
}

export interface Room {
  /** Reserves bytes; false when there is no room. */
  hold(holder: Held, bytes: number): boolean
  /** Gives back all that was reserved. */
  release(holder: Held): void
  bytesHeld(): number
}

/** Makes an empty room. */
export function createRoom(bytesMax: number): Room {
  let held = 0
  return {
    hold(holder, bytes) {
      if (held + bytes > bytesMax) return false
      held += bytes
      holder.heldBytes += bytes
      return true
    },
    release(holder) {
      held -= holder.heldBytes
      holder.heldBytes = 0
    },
    bytesHeld: () => held,
  }
}
