/**
 * Listeners of one event.
 * Takes functions. Gives each the event, in the order of their coming.
 * Promises: one that throws is logged and does not keep the event from the others; a broken invariant ends
 * the process.
 */
import { BrokenInvariant } from '../lifecycle/invariant.js'
import type { Log } from '../lifecycle/log.js'
import type { Cancel } from '../time/scheduler.js'

export interface Listeners<A extends readonly unknown[]> {
  add(listener: (...event: A) => void): Cancel
  emit(...event: A): void
}

/** Makes an empty set; `name` says in the log whose listener failed. */
export function createListeners<A extends readonly unknown[]>(log: Log, name: string): Listeners<A> {
  const all = new Set<{ listener: (...event: A) => void }>()
  return {
    add(listener) {
      const entry = { listener }
      all.add(entry)
      return () => void all.delete(entry)
    },
    emit(...event) {
      for (const entry of [...all])
        if (all.has(entry)) callListener(log, name, () => entry.listener(...event))
    },
  }
}

/** Calls one listener under the rule above. */
export function callListener(log: Log, name: string, call: () => void): void {
  try {
    call()
  } catch (error) {
    if (error instanceof BrokenInvariant) queueMicrotask(() => raise(error))
    else log.error('zookeeper.listenerFailed', { listener: name, error })
  }
}

function raise(error: Error): never {
  throw error
}
