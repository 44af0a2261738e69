/**
 * Who a lane is to Kafka: producer id, epoch, and the place in its sequence.
 * Takes a way to ask Kafka for a producer id. Gives the lanes of a producer that id, each its own sequence.
 * Promises: a lane never meets an id again under which its partition may have been written before.
 */

/** Epochs are 16-bit numbers; the last one is not used. */
const epochMax = 0x7ffe
/** Sequences are 31-bit numbers that begin again at 0. */
const sequencesCount = 0x8000_0000

/** What Kafka gave: an id, and the epoch to begin with. */
export interface GivenId {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Identity of one lane. */
export class ProducerIdentity {
  readonly producerId: number
  private epoch: number
  private sequence = 0

  constructor(given: GivenId) {
    this.producerId = given.producerId
    this.epoch = given.producerEpoch
  }

  /** Takes the next `count` sequence numbers. */
  claim(count: number): { producerId: number; producerEpoch: number; baseSequence: number } {
    const baseSequence = this.sequence
    this.sequence = (baseSequence + count) % sequencesCount
    return { producerId: this.producerId, producerEpoch: this.epoch, baseSequence }
  }

  /**
   * Goes on under the next epoch, where sequences begin anew: Kafka takes any higher epoch of an idempotent
   * producer, partition by partition. False when the epochs are used up and another id is needed.
   */
  nextEpoch(): boolean {
    if (this.epoch >= epochMax) return false
    this.epoch += 1
    this.sequence = 0
    return true
  }
}

/** The ids of one producer. */
export interface IdentitySource {
  /** Resolves when {@link give} has something to give. Calls in flight are shared. */
  fetch(): Promise<void>
  /** A new lane's identity, or null before an id was fetched. */
  give(): ProducerIdentity | null
  /** No lane made from now on may use the present id: a lane was dropped, or Kafka took the id from one. */
  retire(): void
}

/** Makes a source over `ask`, Kafka's InitProducerId. */
export function createIdentitySource(ask: () => Promise<GivenId>): IdentitySource {
  let current: GivenId | null = null
  let asking: Promise<void> | null = null

  const askOnce = async (): Promise<void> => {
    try {
      current = await ask()
    } finally {
      asking = null
    }
  }

  return {
    fetch() {
      if (current !== null) return Promise.resolve()
      return (asking ??= askOnce())
    },
    give: () => (current === null ? null : new ProducerIdentity(current)),
    retire() {
      current = null
    },
  }
}
