// pure
/**
 * The messages of the spool that wait for Kafka, in order, topic by topic.
 * Takes entries as they become durable. Gives the head of a topic's queue, and an entry by its id.
 * Promises: never reorders. Bound: the spool's own number of messages.
 */
import type { SpooledEntry } from './segment.js'

/** What waits for one topic. */
export interface TopicQueue {
  readonly topicName: string
  entries: SpooledEntry[]
  /** Rounds without success, one after the other. */
  failures: number
  /** A round is under way, asked for or resting. */
  isListed: boolean
}

export interface TopicQueues {
  add(entry: SpooledEntry): TopicQueue
  find(id: string): SpooledEntry | undefined
  of(topicName: string): TopicQueue | undefined
  /** The entries that may go next: from the head up to the first that is held, within the bounds. */
  head(queue: TopicQueue, messagesMax: number, bytesMax: number): readonly SpooledEntry[]
  /** Takes an entry out that is settled. */
  remove(entry: SpooledEntry): void
  /** Drops what is settled from the head of a queue, and the queue when it is empty. */
  tidy(queue: TopicQueue): void
  all(): Iterable<TopicQueue>
  /** The entry that waits for the longest. */
  oldest(): SpooledEntry | undefined
}

/** Makes empty queues. */
export function createTopicQueues(): TopicQueues {
  const byId = new Map<string, SpooledEntry>()
  const queues = new Map<string, TopicQueue>()
  return {
    add(entry) {
      const { topicName } = entry
      byId.set(entry.id, entry)
      const known = queues.get(topicName)
      const queue = known ?? { topicName, entries: [], failures: 0, isListed: false }
      if (known === undefined) queues.set(topicName, queue)
      queue.entries.push(entry)
      return queue
    },
    find: id => byId.get(id),
    of: topicName => queues.get(topicName),
    head(queue, messagesMax, bytesMax) {
      const head: SpooledEntry[] = []
      let bytes = 0
      for (const entry of queue.entries) {
        if (entry.isSettled) continue
        if (entry.isHeld || head.length === messagesMax) break
        bytes += entry.bytes
        if (bytes > bytesMax && head.length > 0) break
        head.push(entry)
      }
      return head
    },
    remove: entry => void byId.delete(entry.id),
    tidy(queue) {
      queue.entries = queue.entries.filter(entry => !entry.isSettled)
      if (queue.entries.length === 0) queues.delete(queue.topicName)
    },
    all: () => queues.values(),
    oldest: () => byId.values().next().value,
  }
}
