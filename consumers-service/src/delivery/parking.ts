/**
 * The parked keys of one subscription, as one process sees them.
 * Takes a message that Kafka holds as a dead letter. Parks its key in ZooKeeper before that message may be
 * settled; says of a later one why it is not tried. Promises: what another owner parked is known before the
 * first message is read; nothing is forgotten by a restart. Bound: `parkedKeysMax` keys; beyond it the next
 * failing key stands still with its message until another key is cleared.
 */
import {
  decodeParkedKeys,
  encodeParkedKeys,
  parkedKey,
  parkedKeysMax,
  type ParkedKey,
} from '@iris/common/domain/parked-keys'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import { keyHash } from '@iris/common/trace/event'
import { parentOf } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError, NodeExistsError } from '@iris/common/zookeeper/zoo-errors'
import type { Letter } from './letter.js'

export interface Parking {
  /** Knows what is parked; to be awaited after a lock is taken and before its partition is read. */
  ready(): Promise<void>
  /** Why this message goes to the dead letters untried, or null. */
  reasonFor(letter: Letter): string | null
  /** Parks the key of a dead letter, if it has one; calls back once that is kept. */
  park(letter: Letter, reason: string, parked: () => void): void
  /** Why keys cannot be parked now, or null. */
  problem(): string | null
  stop(): void
}

/** Of subscriptions whose failing keys go on after a dead letter. */
export const noParking: Parking = {
  ready: () => Promise.resolve(),
  reasonFor: () => null,
  park: (_letter, _reason, parked) => parked(),
  problem: () => null,
  stop: () => undefined,
}

export interface ParkingParts {
  readonly session: Pick<ZooSession, 'read' | 'write' | 'create' | 'ensure' | 'watchData'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

interface Wish {
  readonly letter: Letter
  readonly key: ParkedKey
  parked(): void
}

const retryMs = 1_000
const full = `${parkedKeysMax} keys are parked, and no more can be: a failing key stands still until one is cleared`

/** Makes the parking whose keys are kept in the node at `path`. */
export function createParking(parts: ParkingParts, path: string): Parking {
  const { session, clock, scheduler, log } = parts
  let known: ReadonlyMap<string, ParkedKey> = new Map()
  let wishes: readonly Wish[] = []
  let isWriting = false
  let isStopped = false
  let problem: string | null = null

  const learn = (keys: readonly ParkedKey[]): void => {
    known = new Map(keys.map(key => [key.hash, key]))
  }
  const cancelWatch = session.watchData(path, node => learn(node === null ? [] : decodeParkedKeys(node.data)))

  const flush = async (): Promise<void> => {
    isWriting = true
    while (wishes.length > 0 && !isStopped) {
      const delayMs = await tryOnce()
      if (delayMs > 0) await new Promise<void>(resolve => scheduler.after(delayMs, resolve))
    }
    isWriting = false
  }

  /** Gives how long to wait before the next try. */
  const tryOnce = async (): Promise<number> => {
    wishes = wishes.filter(({ letter }) => !letter.isGone)
    try {
      const node = await session.read(path)
      const present = node === null ? [] : decodeParkedKeys(node.data)
      const hashes = new Set(present.map(key => key.hash))
      const room = parkedKeysMax - present.length
      const added = wishes.map(({ key }) => key).filter(({ hash }) => !hashes.has(hash) && hashes.add(hash))
      const keys = [...present, ...added.slice(0, Math.max(0, room))]
      await write(node === null ? null : node.stat.version, keys)
      learn(keys)
      settle()
      problem = wishes.length > 0 ? full : null
      return wishes.length > 0 ? retryMs : 0
    } catch (error) {
      if (error instanceof BadVersionError || error instanceof NodeExistsError) return 0
      problem = `ZooKeeper does not take a parked key: ${(error as Error).message}`
      log.warn('parking.notWritten', { path, error })
      return retryMs
    }
  }

  const write = async (version: number | null, keys: readonly ParkedKey[]): Promise<void> => {
    const data = encodeParkedKeys(keys)
    if (version !== null) return void (await session.write(path, data, version))
    await session.ensure(parentOf(path))
    await session.create(path, data)
  }

  /** Tells those whose key is kept by now. */
  const settle = (): void => {
    const kept = wishes.filter(({ key }) => known.has(key.hash))
    wishes = wishes.filter(({ key }) => !known.has(key.hash))
    for (const { key, parked } of kept) {
      log.warn('key.parked', { path, hash: key.hash, messageId: key.messageId })
      parked()
    }
  }

  return {
    async ready() {
      const node = await session.read(path)
      learn(node === null ? [] : decodeParkedKeys(node.data))
    },
    reasonFor({ entry }) {
      // Nearly always nothing is parked: a hash a message would be for nothing.
      if (known.size === 0 || entry.key === null) return null
      const parked = known.get(keyHash(entry.key))
      return parked === undefined ? null : `its key is parked since message ${parked.messageId} failed`
    },
    park(letter, reason, parked) {
      const { key } = letter.entry
      if (key === null) return parked()
      const { messageId } = letter.content
      const facts = { since: clock.now(), messageId, ...letter.origin, reason }
      wishes = [...wishes, { letter, key: parkedKey(keyHash(key), key, facts), parked }]
      if (!isWriting) void flush()
    },
    problem: () => problem,
    stop() {
      isStopped = true
      cancelWatch()
    },
  }
}
