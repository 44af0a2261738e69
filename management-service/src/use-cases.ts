/**
 * The use cases of management with all they need, ready for the routes.
 * Takes the clients and the configuration. Gives the routes and what must be stopped.
 */
import { randomBytes } from 'node:crypto'
import { createNameLookup } from '@iris/common/http/name-lookup'
import { parseNetworks } from '@iris/common/http/address-guard'
import type { ApiRoute } from '@iris/common/http/api'
import type { Metrics } from '@iris/common/metrics/registry'
import { kafkaNamespaceOf, traceTopicName } from '@iris/common/kafka/names'
import { signingKeyBytes } from '@iris/common/domain/signing'
import type { TaskStore } from '@iris/common/tasks/task-store'
import { createMode, type ModeHolder } from './access/mode.js'
import type { ManagementBase, ManagementConfig } from './base.js'
import { besideRoutes } from './beside.js'
import type { Catalog } from './catalog/catalog.js'
import { createFinisher } from './changes/finisher.js'
import { createGate } from './gate.js'
import { jsonSchemaRoutes } from './http/routes/json-schemas.js'
import { schemaRoutes } from './http/routes/schemas.js'
import { createTopicSchemas, type TopicSchemas } from './schemas/topic-schemas.js'
import { accessRoutes } from './http/routes/access.js'
import { diagnosisRoutes } from './http/routes/diagnosis.js'
import { filterRoutes } from './http/routes/filters.js'
import { createForgetFormer } from './dead-letters/forget-former.js'
import { deadLetterRoutes } from './http/routes/dead-letters.js'
import { keyRoutes } from './http/routes/keys.js'
import { groupRoutes } from './http/routes/groups.js'
import { oAuthProviderRoutes } from './http/routes/oauth-providers.js'
import { ownerRoutes } from './http/routes/owners.js'
import { readinessRoutes } from './http/routes/readiness.js'
import { retransmissionRoutes } from './http/routes/retransmission.js'
import { scheduledRoutes } from './http/routes/scheduled.js'
import { secretRoutes } from './http/routes/secrets.js'
import { signingKeyRoutes } from './http/routes/signing-keys.js'
import { subscriptionRoutes } from './http/routes/subscriptions.js'
import { taskRoutes } from './http/routes/tasks.js'
import { topicRoutes } from './http/routes/topics.js'
import { traceRoutes } from './http/routes/traces.js'
import { previewMask } from './messages/preview-mask.js'
import type { Outside } from './outside.js'
import { createOverview } from './overview.js'
import type { Rehearsal } from './rehearsal/dry-run.js'
import { beginRehearsal } from './rehearsal/rehearsal.js'
import type { ScheduleParts } from './schedule/list-scheduled.js'
import { createKafkaLetters } from './store/kafka-letters.js'
import { createKeyStore } from './store/keys.js'
import { createKafkaSchedule } from './store/kafka-schedule.js'
import {
  createKafkaGroups,
  createKafkaMoves,
  createKafkaProgress,
  createKafkaRecords,
  createKafkaSearch,
  createKafkaTopics,
} from './store/kafka.js'
import { createMessageScan } from './store/message-scan.js'
import { createMoveOrders } from './store/move-orders.js'
import { openStore, type OpenStore } from './store/open-store.js'
import type { Store } from './store/ports.js'
import { createLiveConsumers } from './store/slot-owners.js'
import { createTasks } from './store/tasks.js'
import { createEndpointGuard, type EndpointGuard, type ResolveHost } from './subscriptions/endpoint-guard.js'
import { createGroupCleanUp, removeUnused, type GroupCleanUp } from './subscriptions/group-clean-up.js'
import {
  parsePrivilegedSubscriber,
  type PrivilegedSubscriber,
} from './subscriptions/subscriber-permissions.js'
import { createPause, type Pause } from './subscriptions/pause.js'
import type { KafkaTopicSettings } from './topics/kafka-plan.js'
import { createResealing } from './secrets/resealing.js'
import type { ReplayParts } from './tasks/replay.js'
import { createTraceLog } from './traces/trace-log.js'

export interface UseCases {
  readonly routes: readonly ApiRoute[]
  readonly store: Store
  /** The same routes once more, over clients that write nothing. */
  rehearse(): Rehearsal
  /** Begins what runs behind the routes; ZooKeeper and Kafka have answered by then. */
  start(): void
  /** Ends answers that would last for as long as their callers want: a stop waits for open requests. */
  endStreams(): void
  stop(): Promise<void>
}

export interface UseCaseSurroundings {
  readonly outside: Outside
  readonly metrics: Metrics
  readonly mode: ModeHolder
}

const nameServerMs = 1_000
const diagnosesMax = 16

/** Makes everything between the routes and the clients. */
export function createUseCases(
  base: ManagementBase,
  config: ManagementConfig,
  { outside, metrics, mode }: UseCaseSurroundings,
): UseCases {
  const store = openStore(base, config, outside)
  const options = { delayMs: config.groupCleanUpDelayMs, intervalMs: config.groupCleanUpIntervalMs }
  const cleanUp = createGroupCleanUp(cleanUpParts(base, config, { store, outside }), options)
  const pause = createPause({ ...base, store }, config.pauseTimeoutMs)
  const schemas = createSchemaDesk(base, config, outside)
  const overview = createOverview(base, config, { outside, store, schemas, metrics })
  const shared = { store, outside, cleanUp, pause, mode, catalog: overview.catalog }
  const { topics } = topicParts(base, config, shared)
  const finisher = createFinisher(
    { ...base, ...topics, store, cleanUp },
    { periodMs: config.groupCleanUpIntervalMs },
  )
  return {
    store,
    routes: [...overview.routes, ...routesOver(base, config, shared)],
    rehearse() {
      const rehearsal = beginRehearsal(base, outside, config.zookeeperRoot)
      const rehearsed = openStore(base, config, rehearsal.outside)
      const unwritten = { ...rehearsal, store: rehearsed, mode: createMode(), catalog: overview.catalog }
      const parts = cleanUpParts(base, config, unwritten)
      return {
        routes: routesOver(base, config, unwritten),
        answer: status => rehearsal.answer(status, unused => removeUnused(parts, unused)),
      }
    },
    start() {
      overview.start()
      finisher.start()
    },
    endStreams: () => overview.endStreams(),
    stop() {
      finisher.stop()
      cleanUp.stop()
      return overview.stop()
    },
  }
}

/** All that change something, and what else needs no memory of its own. */
function routesOver(base: ManagementBase, config: ManagementConfig, shared: Shared): readonly ApiRoute[] {
  const { store, outside, mode } = shared
  const { datacenter } = config
  return [
    ...groupRoutes({ store, rules: config, datacenter }),
    ...topicRoutes(topicParts(base, config, shared)),
    ...subscriptionRoutes(subscriptionParts(base, config, shared)),
    ...signingKeyRoutes({ store, newKey: () => randomBytes(signingKeyBytes.usual) }),
    ...deadLetterRoutes(letterParts(base, config, shared)),
    ...retransmissionRoutes(retransmissionParts(base, config, shared)),
    ...oAuthProviderRoutes({ store, guard: createGuard(base, config) }),
    ...taskRoutes(taskParts(base, config, shared)),
    ...scheduledRoutes(scheduleParts(base, config, shared)),
    ...traceRoutes(traceParts(base, config, shared)),
    ...filterRoutes({ store, registry: outside.schemas }),
    ...jsonSchemaRoutes({ ...base, store }),
    ...schemaRoutes({
      store,
      schemas: createSchemaDesk(base, config, outside),
      isRemovalAllowed: config.isSchemaRemovalAllowed,
    }),
    ...diagnosisRoutes(diagnosisParts(base, config, shared), createGate(diagnosesMax, 'diagnoses')),
    ...readinessRoutes({ ...outside, datacenters: [datacenter] }),
    ...secretRoutes(createResealing({ ...base, store })),
    ...keyRoutes({
      ...base,
      store: { ...store, ...createKeyStore(outside.session, outside.paths, outside.keyRing) },
    }),
    ...ownerRoutes(),
    ...besideRoutes(base, config, shared),
    ...accessRoutes({ mode, store }),
  ]
}

function cleanUpParts(
  base: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): Parameters<typeof createGroupCleanUp>[0] {
  return {
    ...base,
    store,
    tasks: createTasks(outside.session, outside.paths),
    kafka: createKafkaGroups(outside.kafka),
    kafkaTopics: createKafkaTopics(outside.kafka),
    namespace: kafkaNamespaceOf(config),
  }
}

interface Shared {
  readonly store: OpenStore
  readonly outside: Outside
  readonly cleanUp: Pick<GroupCleanUp, 'later'>
  readonly pause: Pause
  readonly mode: ModeHolder
  readonly catalog: Catalog
}

function topicParts(
  base: ManagementBase,
  config: ManagementConfig,
  { store, outside, cleanUp, catalog }: Shared,
): Parameters<typeof topicRoutes>[0] {
  const { log } = base
  const namespace = kafkaNamespaceOf(config)
  const settings: KafkaTopicSettings = {
    ...namespace,
    partitions: config.partitions,
    replicationFactor: config.replicationFactor,
    messageBytesMax: config.kafkaMessageBytesMax,
    isUncleanElectionAllowed: config.isUncleanElectionAllowed,
  }
  const rules = { allowedContentTypes: config.allowedContentTypes, remoteFallback: config.remoteFallback }
  const kafka = createKafkaTopics(outside.kafka)
  const { isTopicRemovalAllowed: isRemovalAllowed, isSchemaRemovalAllowed } = config
  const schemas = createSchemaDesk(base, config, outside)
  const records = createKafkaRecords(outside.kafka)
  return {
    store,
    topics: {
      store,
      kafka,
      schemas,
      log,
      rules,
      settings,
      cleanUp,
      catalog,
      isRemovalAllowed,
      isSchemaRemovalAllowed,
    },
    preview: {
      ...{ store, kafka: records, namespace, clusterName: config.kafkaClusterName },
      registry: outside.schemas,
    },
    maskPreview: previewMask(config.arePreviewsMasked, config.maskedMembers),
  }
}

function createSchemaDesk(
  { log }: ManagementBase,
  { isMetadataRequired }: ManagementConfig,
  { schemas: registry }: Outside,
): TopicSchemas {
  return createTopicSchemas({ log, registry, isMetadataRequired })
}

function subscriptionParts(
  base: ManagementBase,
  config: ManagementConfig,
  { store, outside, cleanUp, pause, catalog }: Shared,
): Parameters<typeof subscriptionRoutes>[0] {
  const namespace = kafkaNamespaceOf(config)
  const kafka = createKafkaGroups(outside.kafka)
  const { additionalSchemes, batchPoolBytesMax: batchVolumeMax } = config
  const rules = { additionalSchemes, batchVolumeMax, privilegedSubscribers: privilegedSubscribersOf(config) }
  const guard = createGuard(base, config)
  const letters = letterParts(base, config, { store, outside })
  return {
    subscriptions: {
      ...{ store, catalog, kafka },
      kafkaTopics: createKafkaTopics(outside.kafka),
      guard,
      pause,
      forgetFormer: createForgetFormer(letters),
      log: base.log,
      rules,
      namespace,
    },
    removal: { store, cleanUp, namespace },
    consumerGroups: {
      ...{ store, kafka, namespace, clusterName: config.kafkaClusterName },
      search: createKafkaSearch(outside.kafka),
      progress: createKafkaProgress(outside.kafka),
      consumers: createLiveConsumers(outside.session, outside.paths, config.kafkaClusterName),
    },
    deadLetters: letters,
  }
}

function letterParts(
  { clock }: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): Parameters<typeof deadLetterRoutes>[0] & { readonly tasks: TaskStore } {
  const { kafka, producer, session, paths } = outside
  return {
    tasks: createTasks(session, paths),
    store,
    clock,
    letters: createKafkaLetters({ clock, kafka, producer }),
    namespace: kafkaNamespaceOf(config),
  }
}

function taskParts(
  base: ManagementBase,
  config: ManagementConfig,
  shared: Pick<Shared, 'store' | 'outside'>,
): ReplayParts {
  const { store, outside } = shared
  const kafka = createKafkaSearch(outside.kafka)
  const scan = createMessageScan(outside.kafka)
  const guard = createGuard(base, config)
  const newId = (): string => randomBytes(4).toString('hex')
  return {
    ...base,
    ...letterParts(base, config, shared),
    store,
    kafka,
    scan,
    guard,
    newId,
    vault: outside.vault,
    privilegedSubscribers: privilegedSubscribersOf(config),
  }
}

function traceParts(
  { clock }: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): Parameters<typeof traceRoutes>[0] {
  const kafka = createKafkaSearch(outside.kafka)
  const log = createTraceLog({ clock, kafka, kafkaTopic: traceTopicName(kafkaNamespaceOf(config)) })
  return { store, log, areTracesOn: config.areTracesOn }
}

function scheduleParts(
  { clock }: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): ScheduleParts {
  const { kafka, producer } = outside
  return {
    ...{ store, clock },
    schedule: createKafkaSchedule({ clock, kafka, producer, namespace: kafkaNamespaceOf(config) }),
  }
}

function diagnosisParts(
  base: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): Parameters<typeof diagnosisRoutes>[0] {
  const { session, paths, kafka, asker } = outside
  return {
    ...base,
    ...{ store, asker, namespace: kafkaNamespaceOf(config) },
    consumers: createLiveConsumers(session, paths, config.kafkaClusterName),
    groups: createKafkaGroups(kafka),
    progress: createKafkaProgress(kafka),
    search: createKafkaSearch(kafka),
    deadLetters: letterParts(base, config, { store, outside }),
    records: createKafkaRecords(kafka),
  }
}

function retransmissionParts(
  base: ManagementBase,
  config: ManagementConfig,
  { store, outside }: Pick<Shared, 'store' | 'outside'>,
): Parameters<typeof retransmissionRoutes>[0] {
  const { session, paths, kafka } = outside
  const { kafkaClusterName: clusterName } = config
  return {
    ...base,
    ...{ store, clusterName, namespace: kafkaNamespaceOf(config), timeoutMs: config.moveTimeoutS * 1000 },
    orders: createMoveOrders({ ...base, session }, paths, clusterName),
    consumers: createLiveConsumers(session, paths, clusterName),
    groups: createKafkaGroups(kafka),
    moves: createKafkaMoves(kafka),
    progress: createKafkaProgress(kafka),
  }
}

function createGuard(base: ManagementBase, config: ManagementConfig): EndpointGuard {
  const lookup = createNameLookup(base, { queryTimeoutMs: nameServerMs })
  const resolve: ResolveHost = name =>
    new Promise((answered, failed) => {
      lookup(name, (error, addresses) => (error === null ? answered(addresses) : failed(error)))
    })
  return createEndpointGuard({ ...base, resolve }, parseNetworks(config.allowedNetworks))
}

function privilegedSubscribersOf(config: ManagementConfig): readonly PrivilegedSubscriber[] {
  return config.privilegedSubscribers.flatMap(text => parsePrivilegedSubscriber(text) ?? [])
}
