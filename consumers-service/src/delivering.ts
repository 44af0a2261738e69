/**
 * The parts of delivery that all subscriptions of the process share, and the making of a runner from them.
 * Takes the outside and the configuration. Gives runners, and the figures of the whole.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { SubscriptionId } from '@iris/common/domain/names'
import { ForeignMemberError } from '@iris/common/kafka/offsets'
import { consumersMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { systemRandom } from '@iris/common/time/clock'
import type { Cancel } from '@iris/common/time/scheduler'
import { acquire, type Lock } from '@iris/common/zookeeper/lock'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import { markTopic, watchTopicMark } from '@iris/common/zookeeper/topic-mark'
import type { ConsumersBase, ConsumersConfig } from './base.js'
import type { RequestBudget } from './delivery/back-room.js'
import { createBatchPipeline } from './delivery/batch/pipeline.js'
import type { BatchPool } from './delivery/batch/pool.js'
import { createCommitter } from './delivery/commit.js'
import { createDelays } from './delivery/delay/delays.js'
import { createDeadLetters, type DeadLetters } from './delivery/dead-letter.js'
import { createDeliveryFigures, type DeliveryFigures } from './delivery/figures.js'
import { lagOf } from './delivery/lag.js'
import { createJournal, type DeliveryJournal } from './delivery/journal.js'
import { createFilterShare } from './delivery/filter-share.js'
import { createPaceMaker, type PaceOptions } from './delivery/pace/pace-maker.js'
import { createParking, noParking } from './delivery/parking.js'
import type { Pipeline, PipelineParts } from './delivery/pipeline-parts.js'
import { createPipeline } from './delivery/pipeline.js'
import type { DeliveryPlan } from './delivery/plan.js'
import { createBatchSender } from './delivery/send/batch-sender.js'
import { createAuthorization } from './delivery/send/authorization.js'
import { createSender } from './delivery/send/http-sender.js'
import { createTokens } from './delivery/send/oauth/tokens.js'
import type { WaitingBudget } from './delivery/waiting.js'
import type { Outside } from './outside.js'
import { createLending } from './rate/lending.js'
import { wholeRate } from './rate/share.js'
import { createZooPages, pageName } from './rate/zoo-pages.js'
import type { OwnPipelineParts } from './tasks/task-opener.js'
import { unseenFigures } from './tasks/unseen-figures.js'
import { startLastUndelivered, undeliveredFigures } from './undelivered/last-undelivered.js'
import { createFence } from './workload/fence.js'
import type { Moves } from './workload/moves.js'
import { acquirePermitted } from './workload/permitted-lock.js'
import { createSuspensions } from './workload/suspension.js'
import { watchStandstill } from './workload/standstill.js'
import { createRunner, type LockPlace, type Runner, type RunnerParts } from './workload/runner.js'

export interface Delivering {
  runner(id: SubscriptionId): Runner
  /** A pipeline that delivers as the subscription's own does, for a task. */
  taskPipeline(plan: DeliveryPlan, own: OwnPipelineParts): Pipeline
  /** Writes the traces of a task's messages. */
  taskJournal(plan: DeliveryPlan): DeliveryJournal
  readonly deadLetters: DeadLetters
  stop(): void
}

/** What tells a subscription's own pipeline from one of a task. */
type RunParts = OwnPipelineParts & Pick<PipelineParts, 'rateShare'>

export interface DeliveringParts {
  readonly outside: Outside
  readonly metrics: Metrics
  readonly paths: ZooPaths
  readonly instance: string
  readonly moves: Moves
  /** The first partition of a subscription runs here. */
  began(plan: DeliveryPlan): void
}

/** For one try to put a message into a topic that must hold it, and between tries. */
const keepingStoreMs = 10_000
const keepingRetryMs = 1_000
const finalCommitMs = 1_500

/** Makes what the runners share. */
export function createDelivering(
  base: ConsumersBase,
  config: ConsumersConfig,
  parts: DeliveringParts,
): Delivering {
  const { outside, metrics, paths } = parts
  const { session, client, names } = outside
  const cancelTopics = followTopics(outside)
  const place = { cluster: config.kafkaClusterName, hostname: hostname() }
  const waitingBudget: WaitingBudget = {
    messagesMax: config.waitingMax,
    bytesMax: config.waitingBytesMax,
    messages: 0,
    bytes: 0,
  }
  const requestBudget: RequestBudget = { max: config.requestsMax, eachMin: config.requestsEachMin, open: 0 }
  const filterShare = createFilterShare(base.scheduler)
  const pool: BatchPool = { bytesMax: config.batchPoolBytesMax, bytes: 0 }
  metrics.gauge(consumersMetrics.batchBytesMax, () => pool.bytesMax)
  metrics.gauge(consumersMetrics.batchBytesFree, () => pool.bytesMax - pool.bytes)
  metrics.gauge(consumersMetrics.waiting, () => waitingBudget.messages)
  metrics.gauge(consumersMetrics.waitingBytes, () => waitingBudget.bytes)
  const committer = createProcessCommitter(base, config, parts)
  const keeping = { ...base, producer: outside.producer, admin: outside.admin }
  const replicationFactor = config.deadLetterReplication
  const patience = { storeMs: keepingStoreMs, retryMs: keepingRetryMs }
  const deadLetters = createDeadLetters(keeping, {
    ...patience,
    retentionMs: config.deadLetterRetentionMs,
    replicationFactor,
  })
  const delayPath = ({ topic, subscription }: DeliveryPlan): string =>
    paths.iris.delay(config.kafkaClusterName, topic, subscription)
  const parkedPath = ({ topic, subscription }: DeliveryPlan): string =>
    paths.iris.parkedKeys(config.kafkaClusterName, topic, subscription)
  const delays = createDelays(
    {
      ...keeping,
      offsets: outside.offsets,
      announce: (plan, partitions) => markTopic(session, delayPath(plan), partitions),
    },
    { ...patience, retentionMarginMs: config.delayRetentionMarginMs, replicationFactor },
  )
  const undelivered = startLastUndelivered(
    { ...base, session, figures: undeliveredFigures(metrics) },
    { periodMs: config.undeliveredPeriodMs, cluster: config.kafkaClusterName, path: paths.undelivered },
  )
  const suspensions = createSuspensions({
    ...base,
    session,
    count: metrics.counter(consumersMetrics.suspensions),
  })
  const standstill = watchStandstill(session, base)
  const tokens = createTokens(
    {
      ...base,
      metrics,
      client,
      definitions: outside.definitions,
      vault: outside.vault,
      random: systemRandom,
    },
    { tokensMax: config.tokensMax, reductionFactor: config.tokenReductionFactor },
  )
  const toFrontends = {
    frontendClient: outside.frontendClient,
    frontendAuthorization: config.frontendAuthorization,
    seals: outside.seals,
  }
  const pace = createPaceMaker(base, paceOptions(config))
  const fenced = createFence(session, config.fenceShare)
  const me = (): string => pageName(parts.instance, session.sessionId())
  const lending = createLending({
    ...{ ...base, me, session: session.sessionId },
    pages: createZooPages({ ...base, session }, paths.iris.rates(config.kafkaClusterName), me),
    isSurelyAlive: () => fenced() === null,
    onNewSession: listener =>
      session.onSession(event => {
        if (event === 'new') listener()
      }),
  })
  lending.start()

  const assemble = (plan: DeliveryPlan, own: RunParts, figures: DeliveryFigures): Pipeline => {
    const authorization = createAuthorization(tokens, plan, () => made?.wake())
    const common: PipelineParts = {
      ...base,
      ...own,
      figures,
      requestBudget,
      filterShare,
      authorization,
      tracer: outside.tracing?.tracer ?? null,
      registry: outside.schemas,
      areSchemaIdsUsed: config.areSchemaIdsUsed,
      isFilterRateLimited: config.isFilterRateLimited,
      pace: pace(plan, base.log.child({ subscription: plan.id })),
      heldBack: () => own.heldBack() ?? authorization.heldBack(),
      suspend: reason =>
        suspensions.suspend(plan.id, paths.subscription(plan.topic, plan.subscription), reason),
    }
    const dropped = (): void => void figures.droppedHeaders.value++
    const sending = { ...base, client, authorization, dropped, ...toFrontends }
    const made: Pipeline =
      plan.deliveryType === 'BATCH'
        ? createBatchPipeline(
            { ...common, sender: createBatchSender(sending, plan), pool, newId: randomUUID },
            plan,
          )
        : createPipeline(
            {
              ...common,
              sender: createSender({ ...sending, names }, plan),
              delays,
              parking: plan.isParking ? createParking({ ...base, session }, parkedPath(plan)) : noParking,
              waitingBudget,
            },
            plan,
          )
    return made
  }
  const pipeline = (plan: DeliveryPlan, figures: DeliveryFigures): Pipeline => {
    suspensions.started(plan.id)
    const journal = createJournal({ ...base, figures, undelivered, traces: outside.traces, place }, plan)
    const heldBack = (): string | null =>
      suspensions.heldBack(plan.id) ?? (plan.ordering === 'NONE' ? standstill.doubt() : fenced())
    const made = assemble(plan, { deadLetters, journal, heldBack, rateShare: lending.share }, figures)
    showDelivery(figures, plan, made)
    return made
  }
  // A task is one process's alone: what it does without its lock, another does as well.
  const taskPipeline: Delivering['taskPipeline'] = (plan, own) => {
    const heldBack = (): string | null => own.heldBack() ?? suspensions.heldBack(plan.id) ?? fenced()
    return assemble(plan, { ...own, heldBack, rateShare: wholeRate }, unseenFigures(base.clock, plan))
  }
  const taskJournal: Delivering['taskJournal'] = plan => {
    const figures = unseenFigures(base.clock, plan)
    return createJournal({ ...base, figures, undelivered, traces: outside.traces, place }, plan)
  }

  const runnerParts: RunnerParts = {
    ...base,
    offsets: outside.offsets,
    reader: outside.reader,
    committer,
    moves: parts.moves,
    acquire: (plan, place, signal) => acquireLock(base, config, parts, { plan, place, signal }),
    watchDelays: (plan, listener) => watchTopicMark(session, delayPath(plan), listener),
    isConnected: session.isConnected,
    figures: plan => createDeliveryFigures(metrics, base.clock, plan),
    pipeline,
    began: parts.began,
  }
  const options = {
    foreignMs: config.foreignMs,
    retryMs: config.retryMs,
    commitMs: finalCommitMs,
    unsettledMax: config.windowMax,
  }

  return {
    runner: id => createRunner(runnerParts, options, id),
    taskPipeline,
    taskJournal,
    deadLetters,
    stop() {
      cancelTopics()
      committer.stop()
      undelivered.stop()
      standstill.stop()
      lending.stop()
      tokens.stop()
    },
  }
}

/** Management touches a topic whose schema has changed; one that was made anew has schemas of its own. */
function followTopics({ definitions, schemas: registry }: Outside): Cancel {
  if (registry === null) return () => undefined
  return definitions.onTopic((name, node) => {
    const subject = registry.subjectOf(name)
    if (node === null) registry.schemas.forget(subject)
    else registry.schemas.refresh(subject)
  })
}

/** What was read and has no outcome yet counts as in flight, wherever it waits. */
function showDelivery(figures: DeliveryFigures, plan: DeliveryPlan, { status, works }: Pipeline): void {
  const inflightNow = (): number => {
    const { inflight, waiting, parked, gathered } = status()
    return inflight + waiting + parked + gathered
  }
  figures.show(
    { inflight: inflightNow, windowShare: () => status().windowShare, pace: () => status().pace },
    plan.deliveryType === 'SERIAL',
  )
  figures.showLag(() => lagOf(works()))
}

function paceOptions(config: ConsumersConfig): PaceOptions {
  return {
    controller: config.rateController,
    adaptive: {
      probeMaxMs: config.rateProbeMaxMs,
      pauseAfterMs: config.ratePauseAfterMs,
      holdMaxMs: config.rateHoldMaxMs,
    },
    hermes: {
      periodMs: config.ratePeriodMs,
      convergenceFactor: config.rateConvergence,
      speedUpTolerance: config.rateSpeedUpTolerance,
      noChangeTolerance: config.rateNoChangeTolerance,
      slowDelayMs: config.rateSlowDelayMs,
      heartbeatDelayMs: config.rateHeartbeatDelayMs,
    },
  }
}

function createProcessCommitter(
  base: ConsumersBase,
  config: ConsumersConfig,
  { outside, metrics }: DeliveringParts,
): ReturnType<typeof createCommitter> {
  const figures = {
    commits: metrics.counter(consumersMetrics.commits),
    failures: metrics.counter(consumersMetrics.commitFailures),
    stale: metrics.counter(consumersMetrics.staleCommits),
  }
  const isForeign = (error: unknown): boolean => error instanceof ForeignMemberError
  return createCommitter(
    { ...base, offsets: outside.offsets, figures, isForeign },
    { periodMs: config.commitPeriodMs, recommitMs: config.recommitMs, readBackMs: config.readBackMs },
  )
}

function acquireLock(
  base: ConsumersBase,
  config: ConsumersConfig,
  { outside, paths, instance }: DeliveringParts,
  { plan, place, signal }: { plan: DeliveryPlan; place: LockPlace; signal: AbortSignal },
): Promise<Lock> {
  const { lock, delayLock } = paths.iris
  const pathOf = place.isDelayed ? delayLock : lock
  const path = pathOf(config.kafkaClusterName, plan.topic, plan.subscription, place.partition)
  const { session } = outside
  const own = (): Promise<Lock> => acquire({ ...base, session }, path, { instance, pid: process.pid }, signal)
  return acquirePermitted(own, session, paths.subscription(plan.topic, plan.subscription))
}
