// pure
/**
 * How many read at a time.
 * Takes readers as they come and go. Refuses who is one too many: in the process and for a topic with 503,
 * for one address with 429.
 */
import { type HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'

export interface SeatLimits {
  readonly max: number
  readonly perTopicMax: number
  readonly perAddressMax: number
}

export interface Seats {
  /** Gives what frees the seat, once however often it is called. */
  take(topic: string, address: string): () => void
  count(): number
}

const retryAfter = { 'Retry-After': '5' }

/** Makes free seats. */
export function createSeats(limits: SeatLimits): Seats {
  const topics = createTally()
  const addresses = createTally()
  let count = 0
  return {
    count: () => count,
    take(topic, address) {
      if (count >= limits.max) throw full(`all ${limits.max} streams of this frontend are in use`)
      if (topics.of(topic) >= limits.perTopicMax)
        throw full(`all ${limits.perTopicMax} streams of topic ${topic} at this frontend are in use`)
      if (addresses.of(address) >= limits.perAddressMax) {
        const problem = `all ${limits.perAddressMax} streams of address ${address} are in use`
        throw withHeaders(refusal('TOO_MANY_STREAMS', { problem }, 'frontend'), retryAfter)
      }
      count++
      topics.add(topic, 1)
      addresses.add(address, 1)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        count--
        topics.add(topic, -1)
        addresses.add(address, -1)
      }
    },
  }
}

/** The refusal of a read whose answer has no room beside those that were not taken yet. */
export function answersFull(): HermesError {
  return full('the answers that were not taken yet fill frontend.streams.inMemoryMax')
}

/** The refusal of filters that nobody else has, where there are `max` different ones already. */
export function viewsFull(max: number): HermesError {
  return full(`readers of this topic at this frontend use ${max} different choices of filters already`)
}

function full(problem: string): HermesError {
  return withHeaders(refusal('STREAMS_FULL', { problem }, 'frontend'), retryAfter)
}

/** Counts by name; a name that nobody counts takes no memory. */
function createTally(): { of(name: string): number; add(name: string, change: number): void } {
  const counts = new Map<string, number>()
  return {
    of: name => counts.get(name) ?? 0,
    add(name, change) {
      const count = (counts.get(name) ?? 0) + change
      if (count === 0) counts.delete(name)
      else counts.set(name, count)
    },
  }
}
