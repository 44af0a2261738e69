/**
 * The one place where the consumers' parts are made and joined.
 * Takes configuration, log and time. Gives start and stop of the whole.
 * Promises: a stop begins nothing more at once, lets what is under way end for `drainMs`, commits, releases
 * its locks, and ends within `stopMs`.
 */
import { randomInt } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { advertisedHost, originOf } from '@iris/common/http/advertised'
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import { createListener, type HttpListener } from '@iris/common/http/server'
import { selfPage } from '@iris/common/lifecycle/self-page'
import { watchLoopLag } from '@iris/common/metrics/loop-lag'
import { consumersMetrics } from '@iris/common/metrics/names'
import { showProcess } from '@iris/common/metrics/process-state'
import { createMetrics, type Metrics } from '@iris/common/metrics/registry'
import { irisVersion } from '@iris/common/lifecycle/version'
import { withDeadline, type Cancel } from '@iris/common/time/scheduler'
import { createElection, type Election } from '@iris/common/zookeeper/election'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ConsumersBase, ConsumersConfig } from './base.js'
import { consumersKeys } from './config.js'
import { createDelivering } from './delivering.js'
import { createConsumerCounters } from './shared-counters.js'
import { createStatusHandler } from './http/status.js'
import { createOutside, startOutside, stopOutside } from './outside.js'
import { createScheduling } from './schedule/scheduling.js'
import { createTasking } from './tasks/tasking.js'
import { activate } from './workload/activation.js'
import { createConstraints } from './workload/constraints.js'
import { followAssignment, type OwnAssignment } from './workload/assignments.js'
import { createCatalogue } from './workload/catalogue.js'
import { createFleet, whyNot, type Fleet } from './workload/fleet.js'
import { startKeeper } from './workload/keeper.js'
import { createLeader, type Leader, type WantedSubscription } from './workload/leader.js'
import { createMoves } from './workload/moves.js'
import { createMembership, type Membership } from './workload/membership.js'

export interface Consumers {
  /**
   * Resolves when messages are delivered. Rejects with a sentence when Kafka or ZooKeeper cannot be reached.
   */
  start(): Promise<AddressInfo>
  stop(): Promise<void>
}

/** The longest a stop takes. */
export const stopMs = 15_000
/** For the end of the drain: final commits and the release of locks. */
const releaseMs = 2_500
const leaveMs = 500
const loadMs = 30_000
/** For what was counted since the last report. */
const countersMs = 500

/** Makes the consumers. Nothing is connected before `start`. */
export function createConsumers(base: ConsumersBase, config: ConsumersConfig): Consumers {
  const metrics = createMetrics('hermes_consumers_')
  const instance = `${hostname().replaceAll('.', '_')}$${randomInt(2 ** 31)}`
  const outside = createOutside(base, config, metrics)
  const { session, definitions, cluster, offsets } = outside
  const paths = zooPaths(config.zookeeperRoot)
  const kafkaCluster = config.kafkaClusterName
  const namespace = kafkaNamespaceOf(config)
  const { inflightMax, inflightLimit, isFilteringEnabled } = config
  const { batchPoolBytesMax: batchVolumeMax, http2Enabled: isHttp2Allowed } = config
  const bounds = { inflightMax, inflightLimit, batchVolumeMax }
  const { frontends } = config
  const planOptions = { namespace, ...bounds, isFilteringEnabled, isHttp2Allowed, frontends }
  const catalogue = createCatalogue({ definitions, vault: outside.vault, log: base.log }, planOptions)
  const moves = createMoves(session, paths, kafkaCluster)
  const delivering = createDelivering(base, config, {
    ...{ outside, metrics, paths, instance, moves },
    began: plan =>
      void activate({ session, log: base.log }, paths.subscription(plan.topic, plan.subscription)),
  })
  const fleet = createFleet(
    { ...base, catalogue, cluster, runner: delivering.runner, changed: () => leader?.changed() },
    { drainMs: config.handOverMs, layoutRetryMs: config.retryMs },
  )
  const tasking = createTasking(base, config, {
    ...{ outside, paths, instance, catalogue, delivering, planOptions },
  })
  const scheduling = createScheduling(base, config, { outside, metrics, paths, instance })
  const election = createElection(
    { ...base, session },
    { path: paths.iris.consumerLeader(kafkaCluster), data: Buffer.from(instance) },
  )
  let membership: Membership | null = null
  let leader: Leader | null = null
  let assignment: OwnAssignment | null = null
  let isReady = false
  const problems = (): readonly string[] => [
    ...(isReady ? [] : ['it is starting or stopping']),
    ...(session.isConnected() ? [] : ['ZooKeeper does not answer']),
  ]
  const self = {
    ...{ keys: consumersKeys, config, directory: '' },
    ...{ now: () => base.clock.now(), isReady: () => problems().length === 0 },
  }
  const handle = createStatusHandler({
    ...{ ...base, metrics, rows: fleet.rows, signs: fleet.signs, problems },
    self: () => selfPage(self),
  })
  const listener = createStatusListener(base, config, handle)
  const counters = createConsumerCounters(base, config, { session, metrics })
  const cancels: Cancel[] = [
    watchLoopLag(metrics, base.clock, base.scheduler),
    showProcess(metrics, { isReady: () => problems().length === 0, session }),
  ]

  const constraints = createConstraints({ ...base, session }, paths, () => leader?.changed())
  const wanted = (): WantedSubscription[] =>
    [...catalogue.all()]
      .filter(entry => whyNot(entry) === null)
      .map(({ id, kafkaTopic }) => ({
        id,
        partitions: cluster.layout(kafkaTopic)?.length,
        consumersMax: constraints.consumersMax(id),
      }))

  return {
    async start() {
      const address = await listener.start()
      await startOutside(base, outside)
      const card = {
        host: hostname(),
        pid: process.pid,
        url: statusUrl(config, address),
        startedMs: base.clock.now(),
        version: irisVersion,
      }
      membership = createMembership(
        { ...base, session },
        paths.iris.consumerNode(kafkaCluster, instance),
        card,
      )
      leader = createLeader(
        { ...base, session, election, membership, wanted },
        {
          path: paths.iris.assignments(kafkaCluster),
          consumersPerSubscription: config.consumersPerSubscription,
          debounceMs: config.balanceDebounceMs,
          retryMs: config.retryMs,
        },
      )
      catalogue.start()
      fleet.start()
      tasking.start()
      await withDeadline(base.scheduler, loadMs, 'loading workload constraints', constraints.start())
      await membership.start()
      scheduling.start(membership)
      election.start()
      leader.start()
      assignment = followAssignment(
        { session, log: base.log },
        paths.iris.assignment(kafkaCluster, instance),
        fleet.assigned,
      )
      const keeper = { catalogue, cluster, offsets, ...base, isLeader: election.isLeader }
      cancels.push(startKeeper(keeper, config.keepPeriodMs), moves.watch(fleet.moved))
      showWorkload(metrics, fleet, leader, kafkaCluster)
      metrics.gauge(consumersMetrics.tasksRunning, tasking.runningCount)
      counters?.start()
      isReady = true
      base.log.info('consumers.ready', { instance, host: address.address, port: address.port })
      return address
    },
    async stop() {
      isReady = false
      for (const cancel of cancels) cancel()
      counters?.note()
      const draining = Promise.all([fleet.stop(config.drainMs), tasking.stop(), scheduling.stop()])
      assignment?.stop()
      constraints.stop()
      // Others may prepare to take over; they get each lock as soon as its partition is drained.
      await quietly(base, leaveMs, 'leaving the group of consumers', leave(membership, leader, election))
      await quietly(base, config.drainMs + releaseMs, 'draining', draining)
      await counters?.stop(countersMs)
      catalogue.stop()
      delivering.stop()
      await stopOutside(base, outside)
      await listener.stop(0)
    },
  }
}

function statusUrl({ advertisedUrl, host }: ConsumersConfig, { port }: AddressInfo): string {
  if (advertisedUrl !== '') return advertisedUrl.replace(/\/$/, '')
  return originOf({ host: advertisedHost('', host, hostname()), port })
}

async function leave(
  membership: Membership | null,
  leader: Leader | null,
  election: Election,
): Promise<void> {
  await Promise.all([leader?.stop(), election.stop(), membership?.stop()])
}

/** What does not end in time is left: the session's end removes every node of ours anyway. */
async function quietly(
  base: ConsumersBase,
  limitMs: number,
  what: string,
  work: Promise<unknown>,
): Promise<void> {
  try {
    await withDeadline(base.scheduler, limitMs, what, work)
  } catch (error) {
    base.log.warn('consumers.stopIncomplete', { what, error })
  }
}

function showWorkload(metrics: Metrics, fleet: Fleet, leader: Leader, kafkaCluster: string): void {
  metrics.gauge(consumersMetrics.slotsRunning, fleet.runningCount)
  metrics.gauge(consumersMetrics.slotsDying, fleet.drainingCount)
  metrics.gauge(consumersMetrics.assignments, () => leader.figures().assignedCount, kafkaCluster)
  metrics.gauge(consumersMetrics.missing, () => leader.figures().missingCount, kafkaCluster)
}

function createStatusListener(
  base: ConsumersBase,
  { host, port }: ConsumersConfig,
  handle: ReturnType<typeof createStatusHandler>,
): HttpListener {
  return createListener(
    base,
    {
      ...{ host, port },
      headersMax: 100,
      headerBytesMax: 16_384,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      keepAliveTimeoutMs: 60_000,
      connectionsMax: 1_000,
      backlog: 511,
    },
    {
      handle,
      refuse(_request, response, error) {
        response.writeHead(error.status).end()
      },
    },
  )
}
