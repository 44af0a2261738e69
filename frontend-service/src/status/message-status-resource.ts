/**
 * The status resource over this frontend's clients: where its ports are made.
 */
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import type { Route } from '@iris/common/http/router'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { Company } from '../fellows/company.js'
import type { Outside } from '../outside.js'
import type { Spools } from '../spool/spools.js'
import { createStatePorts } from './state-ports.js'
import { createStatusResource } from './status-resource.js'

const secondMs = 1_000

/** Makes the route. */
export function createMessageStatusResource(
  base: FrontendBase,
  config: FrontendConfig,
  parts: {
    readonly outside: Outside
    readonly company: Company
    readonly spools: Spools | null
    readonly onDefect: (error: unknown) => void
  },
): Route {
  const { cluster, session } = parts.outside
  const ports = createStatePorts(
    { ...base, cluster, session },
    {
      namespace: kafkaNamespaceOf(config),
      zookeeperRoot: config.zookeeperRoot,
    },
  )
  const retention = `${Math.ceil(config.spoolStatusRetentionMs / secondMs)} s`
  return createStatusResource({ ...parts, ports, retention, scheduler: base.scheduler })
}
