// pure
/**
 * The memory that bodies may take before the producer has them.
 * Takes reservations. Gives them while there is room. Bound: `bytesMax`.
 */
import type { Publication } from './publication.js'

/** What an open request costs beside its body; bounds their number too. */
export const requestBytes = 2_048

export interface Room {
  /** Reserves bytes for a publication; false when there is no room. */
  hold(publication: Publication, bytes: number): boolean
  /** Gives back all that a publication has reserved. */
  release(publication: Publication): void
  bytesHeld(): number
}

/** Makes an empty room. */
export function createRoom(bytesMax: number): Room {
  let held = 0
  return {
    hold(publication, bytes) {
      if (held + bytes > bytesMax) return false
      held += bytes
      publication.heldBytes += bytes
      return true
    },
    release(publication) {
      held -= publication.heldBytes
      publication.heldBytes = 0
    },
    bytesHeld: () => held,
  }
}
