/**
 * Commits of offsets from outside: as an installation before ours left them, or as a former owner writes them
 * that does not know yet that it is one.
 * Takes a broker and offsets by group. Promises: is a member of no group.
 */
import { createCluster } from '@iris/common/kafka/cluster'
import { createOffsets, type PartitionOffset } from '@iris/common/kafka/offsets'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'

/** What to commit for a group. */
export interface GroupOffsets {
  readonly groupId: string
  readonly topic: string
  readonly offsets: readonly PartitionOffset[]
}

/** Resolves when Kafka has them all. */
export async function commitOffsets(broker: string, all: readonly GroupOffsets[]): Promise<void> {
  const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const limits = { connectTimeoutMs: 10_000, requestTimeoutMs: 10_000, metadataMaxAgeMs: 60_000 }
  const cluster = createCluster(parts, { brokers: [broker], clientId: 'somebody-else', ...limits })
  await cluster.start()
  const commits = createOffsets({ ...parts, cluster }, { requestTimeoutMs: 10_000, connectionsPerBroker: 1 })
  try {
    for (const { groupId, topic, offsets } of all) await commits.commit(groupId, topic, offsets)
  } finally {
    await cluster.stop()
  }
}
