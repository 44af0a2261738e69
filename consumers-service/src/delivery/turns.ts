// pure
/**
 * Who may be under way beside whom: free | per key | one by one in a partition | one by one.
 * Takes messages as they come and as they end. Gives the right to be sent, and who is next in a line.
 * Promises: in a line, a message has its turn only after all before it ended; a waiting retry keeps its turn.
 * Bound: parked messages are unsettled offsets, so the window's bound holds for them too.
 */

/**
 * `single` is a subscription of Hermes with `inflightSize` 1: its users rely on strict order, and Hermes'
 * waiting retry holds the only slot. Giving the slot back, as other subscriptions do, would let later
 * messages overtake.
 */
export type TurnKind = 'free' | 'key' | 'partition' | 'single'

/** How a subscription's ordering and window become turns. */
export function turnKind(ordering: 'NONE' | 'KEY' | 'PARTITION', inflightMax: number): TurnKind {
  if (ordering === 'KEY') return 'key'
  if (ordering === 'PARTITION') return 'partition'
  return inflightMax === 1 ? 'single' : 'free'
}

export interface Turns<T> {
  /** Whether one more message of this partition may be read: not behind another where all go one by one. */
  mayRead(partition: number): boolean
  /**
   * Takes its turn, or parks it behind the one that has the turn. `line` is the key's hash, null without a
   * key.
   */
  enter(item: T, partition: number, line: number | null): boolean
  /** Ends its turn; gives the parked message whose turn it is now. */
  leave(partition: number, line: number | null): T | null
  /** The messages parked in a partition. */
  parked(partition: number): readonly T[]
  /** Forgets a partition that was given away. */
  drop(partition: number): void
  parkedCount(): number
}

/** Makes the turns of one subscription in one process. */
export function createTurns<T>(kind: TurnKind): Turns<T> {
  if (kind === 'free') return freeTurns
  return kind === 'key' ? createKeyTurns() : createSerialTurns(kind === 'single')
}

const freeTurns: Turns<never> = {
  mayRead: () => true,
  enter: () => true,
  leave: () => null,
  parked: () => [],
  drop: () => undefined,
  parkedCount: () => 0,
}

function createSerialTurns<T>(isWhole: boolean): Turns<T> {
  const busy = new Set<number>()
  return {
    mayRead: partition => (isWhole ? busy.size === 0 : !busy.has(partition)),
    enter(_item, partition) {
      busy.add(partition)
      return true
    },
    leave(partition) {
      busy.delete(partition)
      return null
    },
    parked: () => [],
    drop: partition => void busy.delete(partition),
    parkedCount: () => 0,
  }
}

/** Lines by partition and key hash. Two keys of one hash share a line: slower for them, never wrong. */
function createKeyTurns<T>(): Turns<T> {
  const partitions = new Map<number, Map<number, Line<T>>>()
  let parkedCount = 0

  const linesOf = (partition: number): Map<number, Line<T>> => {
    let lines = partitions.get(partition)
    if (lines === undefined) partitions.set(partition, (lines = new Map<number, Line<T>>()))
    return lines
  }

  const parkedIn = (partition: number): readonly T[] =>
    [...(partitions.get(partition)?.values() ?? [])].flatMap(line => line.parked.slice(line.first))

  return {
    mayRead: () => true,
    enter(item, partition, line) {
      if (line === null) return true
      const lines = linesOf(partition)
      const present = lines.get(line)
      if (present === undefined) {
        lines.set(line, { parked: [], first: 0 })
        return true
      }
      present.parked.push(item)
      parkedCount++
      return false
    },
    leave(partition, line) {
      const lines = partitions.get(partition)
      const present = line === null ? undefined : lines?.get(line)
      if (line === null || present === undefined) return null
      const next = present.parked[present.first]
      if (next === undefined) {
        lines?.delete(line)
        return null
      }
      present.first++
      parkedCount--
      if (present.first >= 32) {
        present.parked.splice(0, present.first)
        present.first = 0
      }
      return next
    },
    parked: parkedIn,
    drop(partition) {
      parkedCount -= parkedIn(partition).length
      partitions.delete(partition)
    },
    parkedCount: () => parkedCount,
  }
}

interface Line<T> {
  readonly parked: T[]
  /** Index of the first that is still parked. */
  first: number
}

/** A 32-bit FNV-1a hash of a key. */
export function hashOfKey(key: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
