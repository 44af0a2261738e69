/**
 * Who delivers a subscription now, as the locks of its slots and tasks tell, and which consumers are alive.
 * Takes a subscription. Gives its lock holders, in words too; none means that nobody sends for it.
 */
import { z } from 'zod'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { forEachOf } from './bounded-reads.js'
import type { LiveConsumers, SlotHolder, SlotOwners } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const holderShape = z.object({ instance: z.string(), pid: z.number() })

/** What a consumers process says of itself in its node. */
const cardShape = z.object({ host: z.string(), pid: z.number(), url: z.string() })

/** Makes the reader of locks for one Kafka cluster. */
export function createSlotOwners(session: ZooSession, paths: ZooPaths, cluster: string): SlotOwners {
  return {
    async owners(topic, name) {
      const locks = await locksOf(session, paths.iris.subscriptionLocks(cluster, topic, name))
      return locks.map(({ partition, data }) => `${holderOf(data)} (${whatFor(partition)})`)
    },
  }
}

/** Makes the reader of locks and of the nodes of live consumers. */
export function createLiveConsumers(session: ZooSession, paths: ZooPaths, cluster: string): LiveConsumers {
  const parent = paths.iris.consumerNodes(cluster)
  return {
    async live() {
      const names = (await orRefuse(session.children(parent))) ?? []
      const cards = await forEachOf(names, async instance => {
        const node = await orRefuse(session.read(`${parent}/${instance}`))
        const card = cardShape.safeParse(node === null ? null : jsonOrNull(node.data))
        return card.success ? { instance, ...card.data } : null
      })
      return cards.filter(card => card !== null)
    },
    async holders(topic, name) {
      const locks = await locksOf(session, paths.iris.subscriptionLocks(cluster, topic, name))
      return locks.flatMap(({ partition, data }): SlotHolder[] => {
        if (!isNumber(partition)) return []
        const holder = holderShape.safeParse(jsonOrNull(data))
        return [
          {
            partition: Number(partition),
            instance: holder.success ? holder.data.instance : 'an unknown process',
          },
        ]
      })
    },
  }
}

async function locksOf(
  session: ZooSession,
  path: string,
): Promise<readonly { readonly partition: string; readonly data: Buffer }[]> {
  const partitions = (await orRefuse(session.children(path))) ?? []
  const locks = await forEachOf(partitions, async partition => {
    const lock = await orRefuse(session.read(`${path}/${partition}`))
    return lock === null ? null : { partition, data: lock.data }
  })
  return locks.filter(lock => lock !== null)
}

/** Partitions have their number, tasks have a word. */
function whatFor(lockName: string): string {
  return isNumber(lockName) ? `partition ${lockName}` : lockName.replace('-', ' ')
}

/** Beside the locks of partitions stand those of tasks and of the delay topic. */
function isNumber(lockName: string): boolean {
  return /^\d+$/.test(lockName)
}

function holderOf(data: Buffer): string {
  const holder = holderShape.safeParse(jsonOrNull(data))
  return holder.success ? `${holder.data.instance}, process ${holder.data.pid}` : 'an unknown instance'
}

function jsonOrNull(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return null
  }
}
