/**
 * Orders of a retransmission in ZooKeeper: an offset a partition where Hermes has it, and beside it, below
 * `iris/`, the word that makes the owners look.
 * Takes a subscription and offsets. Gives what was not carried out yet. Promises: offsets stand before the
 * word does; a partition that nobody owns is changed under its lock only.
 */
import { hostname } from 'node:os'
import { acquire, type Lock } from '@iris/common/zookeeper/lock'
import type { CoordinationDependencies } from '@iris/common/zookeeper/own-node'
import { parentOf, type ZooPaths } from '@iris/common/zookeeper/paths'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { forEachOf } from './bounded-reads.js'
import type { MoveOrders, OrderedMove } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

/** How long free locks may take to come. */
const lockMs = 2_000

/** Makes the orders for one Kafka cluster. */
export function createMoveOrders(
  deps: CoordinationDependencies,
  paths: ZooPaths,
  cluster: string,
): MoveOrders {
  const { session, log } = deps
  const parentFor = ({ topic, name, kafkaTopic }: OrderedMove): string =>
    paths.retransmissionOffsets(topic, name, { kafkaTopic, cluster })
  const wordFor = ({ topic, name }: OrderedMove): string => paths.iris.retransmission(cluster, topic, name)
  const holder = { instance: `management-${hostname()}-${process.pid}`, pid: process.pid }

  const remove = async (path: string): Promise<void> => {
    try {
      await orRefuse(session.remove(path))
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error
    }
  }
  const put = async (path: string, text: string): Promise<void> => {
    // Made anew: an owner that carries out an earlier order removes that one only.
    await remove(path)
    await orRefuse(session.create(path, Buffer.from(text)))
  }

  return {
    async order(move, offsets) {
      const parent = parentFor(move)
      await orRefuse(session.ensure(parent))
      await forEachOf(offsets, ({ partition, offset }) => put(`${parent}/${partition}`, String(offset)))
      const word = wordFor(move)
      await orRefuse(session.ensure(parentOf(word)))
      await put(word, '')
    },
    async pending(move) {
      const names = (await orRefuse(session.children(parentFor(move)))) ?? []
      return names.map(Number).filter(Number.isInteger)
    },
    async withdraw(move, partitions) {
      const parent = parentFor(move)
      await forEachOf(partitions, partition => remove(`${parent}/${partition}`))
    },
    end: move => remove(wordFor(move)),
    async owning({ topic, name }, partitions, change) {
      const locks = new Map<number, Lock>()
      const limit = new AbortController()
      const cancel = deps.scheduler.after(lockMs, () => limit.abort(new Error('not free in time')))
      try {
        await forEachOf(partitions, async partition => {
          const path = paths.iris.lock(cluster, topic, name, partition)
          locks.set(partition, await acquire(deps, path, holder, limit.signal))
        })
        await change(partition => locks.get(partition)?.number ?? 0)
        return true
      } catch (error) {
        if (!limit.signal.aborted || locks.size === partitions.length) throw error
        return false
      } finally {
        cancel()
        limit.abort(new Error('given up'))
        await Promise.all([...locks.values()].map(lock => release(lock)))
      }
    },
  }

  /** The session's end removes the node in any case. */
  async function release(lock: Lock): Promise<void> {
    try {
      await lock.release()
    } catch (error) {
      log.warn('moves.lockReleaseDelayed', { path: lock.path, error })
    }
  }
}
