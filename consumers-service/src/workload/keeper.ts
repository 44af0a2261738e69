/**
 * Keeps the offsets of subscriptions that nobody delivers.
 * Takes the catalogue. Gives a commit of what is committed already, so that Kafka does not let it expire
 * (decisions 2). Promises: only the leader does it; a group with members is left alone; one failure stops no
 * other.
 */
import type { Cluster } from '@iris/common/kafka/cluster'
import type { Offsets } from '@iris/common/kafka/offsets'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { Catalogue, CatalogueEntry } from './catalogue.js'
import { whyNot } from './fleet.js'

export interface KeeperParts {
  readonly catalogue: Catalogue
  readonly cluster: Cluster
  readonly offsets: Offsets
  readonly scheduler: Scheduler
  readonly log: Log
  isLeader(): boolean
}

/** Starts keeping, each `periodMs`. */
export function startKeeper(parts: KeeperParts, periodMs: number): Cancel {
  const { catalogue, scheduler, log } = parts
  let isBusy = false
  const keepAll = async (): Promise<void> => {
    let count = 0
    for (const entry of [...catalogue.all()]) {
      if (!parts.isLeader()) return
      if (whyNot(entry) !== null && (await keep(parts, entry))) count++
    }
    log.info('keeper.done', { subscriptionCount: count })
  }
  return scheduler.every(periodMs, () => {
    if (isBusy || !parts.isLeader()) return
    isBusy = true
    void keepAll().finally(() => (isBusy = false))
  })
}

async function keep(parts: KeeperParts, entry: CatalogueEntry): Promise<boolean> {
  const isKept = await keepTopic(parts, entry, entry.kafkaTopic)
  // What waits in the delay topic has its place there.
  return (await keepTopic(parts, entry, entry.delayTopic)) || isKept
}

async function keepTopic(
  { cluster, offsets, log }: KeeperParts,
  { id, groupId }: CatalogueEntry,
  kafkaTopic: string,
): Promise<boolean> {
  try {
    if (cluster.layout(kafkaTopic) === undefined) await cluster.refresh([kafkaTopic])
    const partitions = (cluster.layout(kafkaTopic) ?? []).map(each => each.partition)
    if (partitions.length === 0) return false
    const rows = await offsets.fetch(groupId, kafkaTopic, partitions)
    const present = rows.filter(row => row.offset >= 0)
    if (present.length > 0) await offsets.commit(groupId, kafkaTopic, present)
    return present.length > 0
  } catch (error) {
    log.warn('keeper.failed', { subscription: id, kafkaTopic, error })
    return false
  }
}
