/**
 * All shards as this frontend sees them: its own, claimed when first asked for, and those of its fellows.
 * Takes the fellows. Gives where a shard is served.
 * Promises: a shard that now belongs to a fellow is given back, so that the fellow can take it over; nothing
 * is claimed before a key needs it. Bound: a claim a shard.
 */
import type { Cancel } from '@iris/common/time/scheduler'
import type { Fellow } from '../fellows/card.js'
import type { Fellows } from '../fellows/fellows.js'
import { ownersOf } from './assignment.js'
import type { ShardClaim } from './shard-claim.js'

/** Where a shard is served: here, by a fellow, or by nobody that is known. */
export type Whereabouts =
  | { readonly kind: 'here'; readonly claim: ShardClaim }
  | { readonly kind: 'fellow'; readonly fellow: Fellow }
  | { readonly kind: 'nobody' }

export interface Shards {
  whereabouts(index: number): Whereabouts
  /** Claims that are served here now. */
  served(): readonly ShardClaim[]
  /** Gives all back. */
  stop(): Promise<void>
}

/** Makes the view; `claim` begins to claim a shard. */
export function createShards(fellows: Fellows, claim: (index: number) => ShardClaim): Shards {
  const claims = new Map<number, ShardClaim>()
  const leaving = new Map<number, Promise<void>>()
  let owners = ownersOf(fellows.all().map(({ id }) => id))
  let isStopped = false

  const isOurs = (index: number): boolean => !isStopped && owners[index] === fellows.self()?.id
  const give = (index: number, held: ShardClaim): void => {
    if (leaving.has(index)) return
    const done = held.give().then(() => {
      claims.delete(index)
      leaving.delete(index)
    })
    leaving.set(index, done)
  }
  const look = (): void => {
    owners = ownersOf(fellows.all().map(({ id }) => id))
    for (const [index, held] of claims) if (!isOurs(index)) give(index, held)
  }
  const cancel: Cancel = fellows.onChange(look)

  return {
    whereabouts(index) {
      const present = claims.get(index)
      if (isOurs(index)) {
        // One that is being given back ends by itself; until then who asks is told that it is not served.
        const held = present ?? claim(index)
        claims.set(index, held)
        return { kind: 'here', claim: held }
      }
      const fellow = fellows.find(owners[index] ?? '')
      return fellow === undefined || isStopped ? { kind: 'nobody' } : { kind: 'fellow', fellow }
    },
    served: () => [...claims.values()].filter(each => each.shard() !== null),
    async stop() {
      isStopped = true
      cancel()
      look()
      await Promise.all(leaving.values())
    },
  }
}
