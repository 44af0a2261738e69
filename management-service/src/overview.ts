/**
 * The part of management that looks at everything there is rather than at one thing, and changes nothing.
 * Takes the store and the clients. Gives routes, and starts and stops what runs behind them.
 */
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import type { ApiRoute } from '@iris/common/http/api'
import { managementMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { version, type ManagementBase, type ManagementConfig } from './base.js'
import { createCatalog, type Catalog } from './catalog/catalog.js'
import type { DescribeParts } from './describe/describe-topics.js'
import { asyncApiRoutes } from './http/routes/asyncapi.js'
import { installationRoutes } from './http/routes/installation.js'
import { checkupRoutes } from './http/routes/checkup.js'
import { graphRoutes } from './http/routes/graph.js'
import { inactiveTopicRoutes } from './http/routes/inactive-topics.js'
import { createInactivity } from './inactivity.js'
import { metricsRoutes } from './http/routes/metrics.js'
import { createGate } from './gate.js'
import { publisherRoutes } from './http/routes/publishers.js'
import { unhealthyRoutes } from './http/routes/unhealthy.js'
import { queryRoutes } from './http/routes/queries.js'
import { readLag, type LagParts } from './metrics/lag.js'
import { createOwnRates } from './metrics/own-rates.js'
import { createPrometheusRates } from './metrics/prometheus-rates.js'
import type { RateSource } from './metrics/rates.js'
import { createLooking } from './looking.js'
import type { Outside } from './outside.js'
import { createCounterStore } from './store/counters.js'
import { createLiveFrontends, createLiveProcesses } from './store/live-processes.js'
import { createKafkaProgress, createKafkaSearch } from './store/kafka.js'
import { createTasks } from './store/tasks.js'
import type { Store } from './store/ports.js'

export interface Overview {
  /** What there is, for whoever else looks at all of it. */
  readonly catalog: Catalog
  readonly routes: readonly ApiRoute[]
  start(): void
  /** Ends what would last for as long as its caller wants. */
  endStreams(): void
  stop(): Promise<void>
}

export interface OverviewParts {
  readonly outside: Outside
  readonly store: Store & DescribeParts['store']
  readonly schemas: DescribeParts['schemas']
  readonly metrics: Metrics
}

/** Each may ask Kafka about every subscription. */
const unhealthyMax = 2
/** Each may compute for a second or two, a slice at a time. */
const queriesMax = 8
/** Each asks every process. */
const checkupsMax = 2
/** Each asks every frontend. */
const publishersMax = 8
/** Each looks at every definition, for some milliseconds. */
const overviewsMax = 8

/** Makes it; nothing runs before `start`. */
export function createOverview(
  base: ManagementBase,
  config: ManagementConfig,
  parts: OverviewParts,
): Overview {
  const { outside, store, schemas } = parts
  const { session, paths, kafka } = outside
  const catalog = createCatalog({ ...base, session }, config.zookeeperRoot)
  const processes = createLiveProcesses(session, paths, config.kafkaClusterName)
  const told = createOwnRates({ ...base, asker: outside.asker, processes }, config.ratePeriodMs)
  const rates = config.isPrometheusAsked ? createRatesOfPrometheus(base, config, parts) : told
  const namespace = kafkaNamespaceOf(config)
  const looking = createLooking(base, config, { ...parts, told })
  const inactivity = createInactivity(base, config, { ...parts, catalog })
  const lagParts: LagParts = {
    ...base,
    search: createKafkaSearch(kafka),
    progress: createKafkaProgress(kafka),
    namespace,
  }
  const metricsParts = {
    ...{ ...base, store, catalog, rates, counters: createCounterStore(session, paths) },
    lag: (subscription: Parameters<typeof readLag>[1]) => readLag(lagParts, subscription),
  }
  return {
    catalog,
    routes: [
      ...queryRoutes({ ...base, catalog }, createGate(queriesMax, 'queries')),
      ...installationRoutes(
        {
          ...{ ...base, catalog, processes, rates: told, ratePeriodMs: config.ratePeriodMs },
          tasks: createTasks(session, paths),
        },
        createGate(overviewsMax, 'looks at everything'),
      ),
      ...checkupRoutes(
        {
          ...{ ...base, catalog, processes, namespace, asker: outside.asker, cluster: kafka.cluster },
          ...{ answeredAgoMs: told.answeredAgoMs, ratePeriodMs: config.ratePeriodMs },
          touchZooKeeper: () => session.read(paths.groups),
        },
        createGate(checkupsMax, 'looks at the installation'),
      ),
      ...publisherRoutes(
        { store, asker: outside.asker, frontends: createLiveFrontends(session, paths) },
        createGate(publishersMax, 'looks at who publishes'),
      ),
      ...looking.routes,
      ...graphRoutes(catalog, createGate(queriesMax, 'graphs')),
      ...asyncApiRoutes({ catalog, store, schemas, version, frontendUrl: config.frontendUrl }),
      ...metricsRoutes(metricsParts, createGate(queriesMax, 'queries of metrics')),
      ...unhealthyRoutes(metricsParts, createGate(unhealthyMax, 'questions about health')),
      ...inactiveTopicRoutes(inactivity.store),
    ],
    start() {
      catalog.start()
      told.start()
      looking.start()
      inactivity.start()
    },
    endStreams: () => looking.endStreams(),
    async stop() {
      told.stop()
      await looking.stop()
      await inactivity.stop()
      catalog.stop()
    },
  }
}

function createRatesOfPrometheus(
  base: ManagementBase,
  config: ManagementConfig,
  { outside, metrics }: OverviewParts,
): RateSource {
  const { asker } = outside
  const answered = metrics.counter(managementMetrics.prometheusAnswered)
  const failed = metrics.counter(managementMetrics.prometheusFailed)
  return createPrometheusRates(
    { ...base, asker, answered, failed },
    {
      url: config.prometheusUrl,
      consumersPrefix: config.consumersMetricsPrefix,
      frontendPrefix: config.frontendMetricsPrefix,
      additionalFilters: config.prometheusFilters,
      cacheTtlMs: config.prometheusCacheTtlS * 1000,
      timeoutMs: config.prometheusTimeoutMs,
    },
  )
}
