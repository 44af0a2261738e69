/**
 * The schema registry of an installation, as its configuration names it.
 * Takes the keys of `schemaKeys`. Gives the registry's client and the schemas that a process knows of it;
 * null where no registry is configured, and then there are no AVRO topics.
 */
import { kafkaNamespaceOf } from '../kafka/names.js'
import type { ConfigOf } from '../config/declare.js'
import type { kafkaKeys, schemaKeys } from '../config/shared-keys.js'
import { createCaller } from '../http/calls.js'
import type { Log } from '../lifecycle/log.js'
import { schemaMetrics } from '../metrics/names.js'
import type { Metrics } from '../metrics/registry.js'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { createRegistry, type Registry } from './registry.js'
import { createSchemas, type Schemas } from './schemas.js'
import { subjectOf } from './subject.js'

/** A registry, and what is known of it. */
export interface OpenRegistry {
  readonly registry: Registry
  readonly schemas: Schemas
  /** The subject of a topic. */
  subjectOf(topic: string): string
  stop(): Promise<void>
}

export interface OpenRegistryParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  /** Null where calls are not measured. */
  readonly metrics: Metrics | null
}

type Config = ConfigOf<typeof schemaKeys & typeof kafkaKeys>

/** What is said where there is no registry. */
export const noRegistry = 'AVRO topics need a schema registry: set schema.repository.serverUrl'

const connectionsMax = 8
const idleMs = 30_000
const repositoryType = 'schema-registry'

/** Makes the client; nothing is asked yet. `deletePathSuffix` matters to who removes subjects only. */
export function openRegistry(
  parts: OpenRegistryParts,
  config: Config,
  deletePathSuffix = '',
): OpenRegistry | null {
  if (config.registryUrl === '') return null
  const caller = createCaller(parts.scheduler, { idleMs, connectionsMax })
  const seconds = {
    schema: parts.metrics?.summary(schemaMetrics.getSchema, repositoryType),
    versions: parts.metrics?.summary(schemaMetrics.getVersions, repositoryType),
  }
  const registry = createRegistry(
    { caller, clock: parts.clock, took: (what, value) => seconds[what]?.observe(value) },
    {
      serverUrl: config.registryUrl,
      authorization: config.registryAuthorization,
      limitMs: config.registryTimeoutMs,
      deletePathSuffix,
    },
  )
  const schemas = createSchemas(
    { ...parts, registry },
    {
      refreshMs: config.schemaRefreshMs,
      expireMs: config.schemaExpireMs,
      compiledIdleMs: config.compiledIdleMs,
      compiledMax: config.compiledMax,
    },
  )
  const naming = {
    hasSuffix: config.hasSubjectSuffix,
    hasNamespace: config.hasSubjectNamespace,
    namespace: kafkaNamespaceOf(config),
  }
  return { registry, schemas, subjectOf: topic => subjectOf(naming, topic), stop: () => caller.stop() }
}
