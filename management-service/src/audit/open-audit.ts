/**
 * The audit with all it needs.
 * Takes configuration, clients and the store of definitions. Gives the route that lists it, and puts itself
 * around the routes that change something.
 */
import type { ApiRoute } from '@iris/common/http/api'
import { auditTopicName, kafkaNamespaceOf } from '@iris/common/kafka/names'
import { managementMetrics } from '@iris/common/metrics/management-names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { ManagementBase, ManagementConfig } from '../base.js'
import type { PromisedRoute } from '../http/contract/contract.js'
import { auditRoutes } from '../http/routes/audit.js'
import type { Outside } from '../outside.js'
import { createKafkaTopics } from '../store/kafka.js'
import { createKafkaLetters } from '../store/kafka-letters.js'
import type { Store } from '../store/ports.js'
import { createAuditLog } from './audit-log.js'
import { auditedRoutes } from './audited-routes.js'
import { createShownDefinitions } from './shown-definitions.js'

export interface Audit {
  readonly routes: readonly ApiRoute[]
  /** The same routes, of which changes are kept. */
  around(routes: readonly PromisedRoute[]): readonly PromisedRoute[]
}

export interface AuditedParts {
  readonly outside: Outside
  readonly store: Store
  readonly metrics: Metrics
}

/** Makes it. */
export function openAudit(
  base: ManagementBase,
  config: ManagementConfig,
  { outside, store, metrics }: AuditedParts,
): Audit {
  const { clock, log } = base
  const { kafka, producer } = outside
  const audit = createAuditLog(
    { kafka: createKafkaTopics(kafka), letters: createKafkaLetters({ clock, kafka, producer }) },
    {
      kafkaTopic: auditTopicName(kafkaNamespaceOf(config)),
      retentionMs: config.auditRetentionMs,
      replicationFactor: config.auditReplication,
    },
  )
  const lost = metrics.counter(managementMetrics.auditLost)
  const parts = {
    ...{ clock, log, append: audit.append },
    shown: createShownDefinitions(store),
    lost: () => void lost.value++,
  }
  return {
    routes: auditRoutes({ clock, audit }),
    around: routes => (config.isAuditOn ? auditedRoutes(parts, routes) : routes),
  }
}
