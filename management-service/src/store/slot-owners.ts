/**
 * Who delivers a subscription now, as the locks of its slots tell.
 * Takes a subscription. Gives its lock holders in words; none means that nobody sends for it.
 */
import { z } from 'zod'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { SlotOwners } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const holderShape = z.object({ instance: z.string(), pid: z.number() })

/** Makes the reader of locks for one Kafka cluster. */
export function createSlotOwners(session: ZooSession, paths: ZooPaths, cluster: string): SlotOwners {
  return {
    async owners(topic, name) {
      const path = paths.iris.subscriptionLocks(cluster, topic, name)
      const partitions = (await orRefuse(session.children(path))) ?? []
      const owners: string[] = []
      for (const partition of partitions) {
        const lock = await orRefuse(session.read(`${path}/${partition}`))
        if (lock !== null) owners.push(`${holderOf(lock.data)} (partition ${partition})`)
      }
      return owners
    },
  }
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
