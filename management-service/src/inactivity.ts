/**
 * The daily look for inactive topics, and the election of the process that takes it.
 * Takes the catalog and Kafka. Gives the list and the job behind it, which does nothing unless it is
 * switched on.
 */
import { hostname } from 'node:os'
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import { managementMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { createElection } from '@iris/common/zookeeper/election'
import type { ManagementBase, ManagementConfig } from './base.js'
import type { Catalog } from './catalog/catalog.js'
import { createInactiveTopicJob } from './inactive/inactive-topics.js'
import { timeOfDay } from './inactive/schedule.js'
import type { Outside } from './outside.js'
import { createInactiveTopicStore, type InactiveTopicStore } from './store/inactive-topics.js'
import { createKafkaRecords, createKafkaSearch } from './store/kafka.js'

export interface Inactivity {
  readonly store: InactiveTopicStore
  start(): void
  stop(): Promise<void>
}

interface Parts {
  readonly outside: Outside
  readonly catalog: Catalog
  readonly metrics: Metrics
}

/** Makes it; nothing runs before `start`. */
export function createInactivity(
  base: ManagementBase,
  config: ManagementConfig,
  { outside, catalog, metrics }: Parts,
): Inactivity {
  const { session, paths, kafka } = outside
  const store = createInactiveTopicStore(session, paths)
  const at = timeOfDay(config.inactivityCron)
  if (!config.isInactivityDetected || at === null)
    return { store, start: () => undefined, stop: () => Promise.resolve() }
  const election = createElection(
    { ...base, session },
    { path: paths.iris.managementLeader, data: Buffer.from(`${hostname()} ${process.pid}`) },
  )
  const job = createInactiveTopicJob(
    {
      ...{ ...base, store, catalog, isLeader: election.isLeader },
      search: createKafkaSearch(kafka),
      records: createKafkaRecords(kafka),
      namespace: kafkaNamespaceOf(config),
    },
    {
      at,
      rules: {
        inactivityMs: config.inactivityMs,
        nextNotificationMs: config.nextNotificationMs,
        whitelist: config.inactivityWhitelist,
        historyMax: config.inactivityHistoryMax,
      },
    },
  )
  metrics.gauge(managementMetrics.inactiveTopics, job.count)
  return {
    store,
    start() {
      election.start()
      job.start()
    },
    stop() {
      job.stop()
      return election.stop()
    },
  }
}
