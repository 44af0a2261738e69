/**
 * What Hermes keeps beside the definitions: limits of consumers, the queue of offline retransmissions, and
 * what storages and Kafka disagree about.
 * Takes the clients, the store and the catalog. Gives the routes.
 */
import { randomUUID } from 'node:crypto'
import type { ApiRoute } from '@iris/common/http/api'
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import type { ManagementBase, ManagementConfig } from './base.js'
import type { Catalog } from './catalog/catalog.js'
import { consistencyRoutes } from './http/routes/consistency.js'
import { constraintRoutes } from './http/routes/constraints.js'
import { offlineTaskRoutes } from './http/routes/offline-tasks.js'
import type { Outside } from './outside.js'
import { createConstraintStore } from './store/constraints.js'
import { createKafkaTopics } from './store/kafka.js'
import { createOfflineTaskStore } from './store/offline-tasks.js'
import type { Store } from './store/ports.js'

export interface BesideParts {
  readonly outside: Outside
  readonly store: Store
  readonly catalog: Catalog
}

/** Makes them. */
export function besideRoutes(
  base: ManagementBase,
  config: ManagementConfig,
  { outside, store, catalog }: BesideParts,
): readonly ApiRoute[] {
  const { session, paths, kafka } = outside
  const namespace = kafkaNamespaceOf(config)
  return [
    ...constraintRoutes(createConstraintStore(session, paths)),
    ...consistencyRoutes({
      ...{ store, catalog, namespace, kafka: createKafkaTopics(kafka) },
      datacenters: [config.datacenter],
    }),
    ...offlineTaskRoutes({
      ...base,
      store: { ...store, ...createOfflineTaskStore(session, paths) },
      newId: randomUUID,
      places: {
        logsUrl: config.offlineLogsUrl,
        metricsUrl: config.offlineMetricsUrl,
        jobDetailsUrl: config.offlineJobUrl,
      },
    }),
  ]
}
