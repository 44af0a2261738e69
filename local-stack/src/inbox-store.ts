// pure
/**
 * The deliveries that the inbox keeps, newest last.
 * Takes deliveries as they come. Gives the newest ones and those of one message.
 * Bound: a count and a sum of body bytes; the oldest go first.
 */

/** One request that the inbox got. */
export interface InboxDelivery {
  /** Rises by one with each delivery. */
  readonly number: number
  /** ISO time of arrival. */
  readonly receivedAt: string
  readonly path: string
  /** '' when the sender gave none. */
  readonly messageId: string
  /** Earlier failed attempts, as the sender counts them. */
  readonly retryCount: number
  /** What the inbox answered. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body as UTF-8 text. */
  readonly body: string
  readonly bodyBytes: number
}

export interface InboxStoreBounds {
  readonly deliveriesMax: number
  readonly bytesMax: number
}

export interface InboxStore {
  add(delivery: InboxDelivery): void
  /** The newest first. */
  newest(limit: number): readonly InboxDelivery[]
  /** The newest delivery of this message that was answered with 2xx. */
  accepted(messageId: string): InboxDelivery | undefined
  clear(): void
  /** Calls back with each delivery from now on, until cancelled. */
  onAdd(listener: (delivery: InboxDelivery) => void): () => void
  /** All that ever came, kept or not. */
  readonly total: number
}

/** An empty store. */
export function createInboxStore(bounds: InboxStoreBounds): InboxStore {
  let kept: InboxDelivery[] = []
  let bytes = 0
  let total = 0
  const listeners = new Set<(delivery: InboxDelivery) => void>()
  return {
    get total() {
      return total
    },
    add(delivery) {
      total++
      kept.push(delivery)
      bytes += delivery.bodyBytes
      while (kept.length > bounds.deliveriesMax || (bytes > bounds.bytesMax && kept.length > 1)) {
        bytes -= kept.shift()?.bodyBytes ?? 0
      }
      for (const listener of listeners) listener(delivery)
    },
    onAdd(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    newest: limit => kept.slice(-limit).reverse(),
    accepted: messageId => kept.findLast(each => isAccepted(each, messageId)),
    clear() {
      kept = []
      bytes = 0
    },
  }
}

/** Whether this is the delivery that settles the message. */
export function isAccepted(delivery: InboxDelivery, messageId: string): boolean {
  return delivery.messageId === messageId && delivery.status >= 200 && delivery.status < 300
}
