/**
 * The part of management that looks at everything there is rather than at one thing.
 * Takes the store and the clients. Gives routes, and starts and stops what runs behind them.
 */
import type { ApiRoute } from '@iris/common/http/api'
import type { ManagementBase, ManagementConfig } from './base.js'
import { createCatalog } from './catalog/catalog.js'
import { queryRoutes } from './http/routes/queries.js'
import type { Outside } from './outside.js'

export interface Overview {
  readonly routes: readonly ApiRoute[]
  start(): void
  stop(): void
}

/** Makes it; nothing runs before `start`. */
export function createOverview(base: ManagementBase, config: ManagementConfig, outside: Outside): Overview {
  const catalog = createCatalog({ ...base, session: outside.session }, config.zookeeperRoot)
  return {
    routes: queryRoutes(catalog),
    start: () => catalog.start(),
    stop: () => catalog.stop(),
  }
}
