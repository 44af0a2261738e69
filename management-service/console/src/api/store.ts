/**
 * A value outside of React that components may read.
 * Takes a first value. Gives reading, changing, and a hook that renders again after each change.
 */
import { useSyncExternalStore } from 'react'

export interface ValueStore<T> {
  get(): T
  set(value: T): void
  /** The value, as a component sees it. */
  use(): T
}

/** Makes one. */
export function createStore<T>(first: T): ValueStore<T> {
  let value = first
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const get = (): T => value
  return {
    get,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, get),
  }
}
