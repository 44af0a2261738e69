/**
 * Producer ids for messages with a key: one message at a time under each, so that its numbers are its own.
 * Takes a way to ask Kafka for an id. Gives slots, and takes them back.
 * Promises: a slot comes back only when it is written down what became of its message; what is in doubt
 * keeps its numbers for itself. Bounds: `slotsMax` slots in use, `placesMax` partitions a slot.
 */
import type { GivenId } from '@iris/common/kafka/producer-identity'

/** A producer id and where it stands in each partition it wrote to. */
export interface Slot {
  readonly id: GivenId
  /** By `topic/partition`; 0 where there is none. */
  readonly nextSequences: Map<string, number>
}

export interface Slots {
  /** Null when all are in use. Rejects when Kafka gives no id in time. */
  take(): Promise<Slot | null>
  /** For the next message: what became of this one is written down, or it never had a number. */
  giveBack(slot: Slot): void
  /** The slot is not used again. */
  drop(slot: Slot): void
  inUseCount(): number
}

/** Kafka's brokers keep something for each of these, so a slot that has seen many begins anew. */
const placesMax = 256

/** Makes slots; ids are asked for when needed and kept for the next message. */
export function createSlots(ask: () => Promise<GivenId>, slotsMax: number): Slots {
  const spare: Slot[] = []
  let inUse = 0
  return {
    async take() {
      if (inUse >= slotsMax) return null
      inUse++
      const known = spare.pop()
      if (known !== undefined) return known
      try {
        return { id: await ask(), nextSequences: new Map() }
      } catch (error) {
        inUse--
        throw error
      }
    },
    giveBack(slot) {
      inUse--
      if (slot.nextSequences.size < placesMax) spare.push(slot)
    },
    drop: () => void inUse--,
    inUseCount: () => inUse,
  }
}
