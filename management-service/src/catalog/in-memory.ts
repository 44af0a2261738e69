/**
 * The catalog over storage in memory, for tests.
 */
import type { MemoryStore } from '../store/in-memory.js'
import type { Catalog } from './catalog.js'

/** Everything the store holds at the moment of the question. */
export function catalogOf({ held }: MemoryStore): Catalog {
  return {
    view: () =>
      Promise.resolve({
        groups: [...held.groups],
        topics: [...held.topics.values()].map(({ value }) => value),
        subscriptions: [...held.subscriptions.values()].map(({ value }) => value),
      }),
  }
}
