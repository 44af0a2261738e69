/**
 * The choice of a partition.
 * Takes a topic and a key. Gives the partition that Kafka's own Java client gives for the key by default.
 * Without a key: the next one with a leader, another each turn, so that what comes together is one batch.
 * Bound: a cursor for each topic in use; the oldest is forgotten over `cursorsMax`.
 */
import type { PartitionLayout } from './cluster.js'

/** Topics whose place in the round is remembered. */
export const cursorsMax = 20_000

export interface Partitioner {
  /** The partition, or -1 while the layout is unknown. */
  partitionFor(topic: string, key: Buffer | null): number
  /** Moves every round on. Called once a flush. */
  nextTurn(): void
}

interface Cursor {
  turn: number
  index: number
}

/** Makes a partitioner over a source of layouts. */
export function createPartitioner(
  layout: (topic: string) => readonly PartitionLayout[] | undefined,
): Partitioner {
  const cursors = new Map<string, Cursor>()
  let turn = 0

  const cursorOf = (topic: string): Cursor => {
    let cursor = cursors.get(topic)
    if (cursor === undefined) {
      if (cursors.size >= cursorsMax) forgetOldest(cursors)
      cursor = { turn, index: 0 }
      cursors.set(topic, cursor)
    }
    return cursor
  }
  const inTurn = (topic: string, partitions: readonly PartitionLayout[]): number => {
    const cursor = cursorOf(topic)
    if (cursor.turn !== turn) {
      cursor.turn = turn
      cursor.index += 1
    }
    for (let step = 0; step < partitions.length; step++) {
      const index = (cursor.index + step) % partitions.length
      const place = partitions[index]
      if (place === undefined || place.leader < 0) continue
      cursor.index = index
      return place.partition
    }
    return numberAt(partitions, cursor.index)
  }

  return {
    partitionFor(topic, key) {
      const partitions = layout(topic)
      if (partitions === undefined || partitions.length === 0) return -1
      if (key === null) return inTurn(topic, partitions)
      return numberAt(partitions, indexOfKey(key, partitions.length))
    },
    nextTurn() {
      turn += 1
    },
  }
}

/** Which of `count` partitions a key belongs to, by their place in the order of their numbers. */
export function indexOfKey(key: Buffer, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count
}

function numberAt(partitions: readonly PartitionLayout[], index: number): number {
  return partitions[index % partitions.length]?.partition ?? -1
}

function forgetOldest(cursors: Map<string, Cursor>): void {
  for (const topic of cursors.keys()) {
    cursors.delete(topic)
    return
  }
}

const seed = 0x9747b28c
const mixer = 0x5bd1e995

/** MurmurHash2 as Kafka's Java client computes it, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  const wordsEnd = length & ~3
  let hash = seed ^ length
  for (let at = 0; at < wordsEnd; at += 4) {
    let word = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8)
    word |= (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24)
    word = Math.imul(word, mixer)
    word = Math.imul(word ^ (word >>> 24), mixer)
    hash = Math.imul(hash, mixer) ^ word
  }
  const tail = length & 3
  if (tail === 3) hash ^= byteAt(bytes, wordsEnd + 2) << 16
  if (tail >= 2) hash ^= byteAt(bytes, wordsEnd + 1) << 8
  if (tail >= 1) hash = Math.imul(hash ^ byteAt(bytes, wordsEnd), mixer)
  hash = Math.imul(hash ^ (hash >>> 13), mixer)
  return hash ^ (hash >>> 15)
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
