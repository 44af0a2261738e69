/**
 * The partitions of one subscription that this instance owns or is about to own.
 * Takes the partitions it should own. Gives claims: one lock each, taken before the first read and given back
 * after the drain, so that a partition changes hands without being in two.
 */
import { createClaim, type Claim, type ClaimParts } from './claim.js'

export interface Slot {
  /** Says which partitions it should own from now on. */
  want(partitions: readonly number[]): void
  /** Gives all of them back. */
  release(): Promise<void>
  claims(): readonly Claim[]
}

/** Makes a slot without partitions. */
export function createSlot(parts: ClaimParts): Slot {
  const claims = new Map<number, Claim>()
  const leaving = new Map<number, Promise<void>>()
  let wanted: ReadonlySet<number> = new Set()

  const give = (held: Claim): Promise<void> => {
    const { partition } = held
    const present = leaving.get(partition)
    if (present !== undefined) return present
    const done = held.give().then(() => {
      claims.delete(partition)
      leaving.delete(partition)
      // Wanted again meanwhile: only now may it be claimed anew.
      take()
    })
    leaving.set(partition, done)
    return done
  }
  const take = (): void => {
    for (const partition of wanted)
      if (!claims.has(partition)) claims.set(partition, createClaim(parts, partition))
  }
  const want = (partitions: readonly number[]): void => {
    wanted = new Set(partitions)
    for (const held of [...claims.values()]) if (!wanted.has(held.partition)) void give(held)
    take()
  }

  return {
    want,
    async release() {
      want([])
      await Promise.all(leaving.values())
    },
    claims: () => [...claims.values()].sort((a, b) => a.partition - b.partition),
  }
}
