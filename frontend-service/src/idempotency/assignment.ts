// pure
/**
 * Which frontend every shard belongs to.
 * Takes the ids of the live frontends. Gives an id a shard, by rendezvous hashing.
 * Promises: who sees the same frontends says the same; one that comes or goes moves only its own shards.
 */
import { createHash } from 'node:crypto'
import { shardCount } from './key.js'

/** The owners by shard; empty when there is no frontend. */
export function ownersOf(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return []
  return Array.from({ length: shardCount }, (_, shard) =>
    ids.reduce((best, id) => (weightOf(id, shard) > weightOf(best, shard) ? id : best)),
  )
}

function weightOf(id: string, shard: number): string {
  return createHash('sha256').update(`${shard}:${id}`).digest('hex')
}
