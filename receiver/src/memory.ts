/**
 * Stores in memory, for tests and for what may be forgotten at a restart.
 * Gives a store of processed ids and one of projections.
 * Bound: `idsMax` ids, the oldest go first; `keysMax` projections, beyond which a new key is refused.
 */
import type { Once, ProcessedStore } from './processed.js'
import type { Progress } from './in-order.js'
import type { ProgressStore } from './projection.js'
import { createSerial } from './serial.js'

const idsMaxDefault = 100_000
const keysMaxDefault = 100_000

/** Processed ids. There is nothing to roll back but the id: the work gets no transaction. */
export function createMemoryProcessed({ idsMax = idsMaxDefault } = {}): ProcessedStore<undefined> {
  const ids = new Set<string>()
  const inTurn = createSerial()
  return {
    once: <T>(id: string, work: (tx: undefined) => Promise<T>): Promise<Once<T>> =>
      inTurn(id, async () => {
        if (ids.has(id)) return { isFirst: false }
        const result = await work(undefined)
        ids.add(id)
        const [oldest] = ids
        if (ids.size > idsMax && oldest !== undefined) ids.delete(oldest)
        return { isFirst: true, result }
      }),
  }
}

/** Projections. */
export function createMemoryProgress<State, Change>({ keysMax = keysMaxDefault } = {}): ProgressStore<
  State,
  Change
> {
  const kept = new Map<string, Progress<State, Change>>()
  const inTurn = createSerial()
  return {
    read: key => Promise.resolve(kept.get(key) ?? null),
    update: (key, step) =>
      inTurn(key, () => {
        if (!kept.has(key) && kept.size >= keysMax)
          return Promise.reject(new Error(`more than ${keysMax} projections do not fit`))
        const taken = step(kept.get(key) ?? null)
        kept.set(key, taken.progress)
        return Promise.resolve(taken)
      }),
  }
}
