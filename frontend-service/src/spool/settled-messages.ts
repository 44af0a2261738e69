// pure
/**
 * The outcomes of spooled messages that somebody may still ask for.
 * Takes outcomes in the order they come. Gives one by its id. Bounds: number and age; the oldest go first.
 */
import type { Settled } from './outcome-record.js'

export interface SettledMessages {
  add(settled: Settled, nowMs: number): void
  find(id: string, nowMs: number): Settled | undefined
  count(): number
}

/** Makes an empty store. */
export function createSettledMessages(countMax: number, retentionMs: number): SettledMessages {
  const byId = new Map<string, Settled>()
  const isOld = (settled: Settled, nowMs: number): boolean => settled.settledMs + retentionMs <= nowMs
  return {
    add(settled, nowMs) {
      byId.delete(settled.id)
      byId.set(settled.id, settled)
      for (const [id, oldest] of byId) {
        if (byId.size <= countMax && !isOld(oldest, nowMs)) break
        byId.delete(id)
      }
    },
    find(id, nowMs) {
      const found = byId.get(id)
      return found === undefined || isOld(found, nowMs) ? undefined : found
    },
    count: () => byId.size,
  }
}
