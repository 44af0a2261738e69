/**
 * The one place where the frontend's parts are made and joined.
 * Takes configuration, log and time. Gives start and stop of the whole.
 * Promises: it listens first, so that a starting process answers 503 and refuses no connection; a stop turns
 * health red and serves on, then accepts no more and serves who is connected, then closes, in `stopMsOf`.
 */
import type { AddressInfo } from 'node:net'
import type { StatusPage } from '@iris/common/http/status-routes'
import { joinListeners } from '@iris/common/http/joined-listeners'
import {
  createListener,
  type HttpListener,
  type ListenerHandlers,
  type ListenerOptions,
} from '@iris/common/http/server'
import { BrokenInvariant } from '@iris/common/lifecycle/invariant'
import { selfPage, selfPath } from '@iris/common/lifecycle/self-page'
import { watchLoopLag } from '@iris/common/metrics/loop-lag'
import { showProcess } from '@iris/common/metrics/process-state'
import { createMetrics } from '@iris/common/metrics/registry'
import { sleep, withDeadline } from '@iris/common/time/scheduler'
import type { FrontendBase, FrontendConfig } from './base.js'
import { frontendKeys } from './config.js'
import { createCompany, leaveMs } from './fellows/company.js'
import { giveBackMs, openIdempotency } from './idempotency/open.js'
import { createHandlers, figuresPage, metricsPage } from './http/routes.js'
import { closeTimeoutMs, createOutside, startOutside, stopOutside } from './outside.js'
import { createJudge } from './access/judge.js'
import { createPublishing } from './publishing.js'
import { publishersRoute } from './publishers/publishers-route.js'
import { createOptionalChecks } from './readiness/checks.js'
import { createReadiness, readinessPages } from './readiness/readiness.js'
import { createFrontendCounters } from './shared-counters.js'
import { closeSpools, spoolCloseMs } from './spooling.js'
import { frontendTls } from './tls.js'
import { createMessageStatusResource } from './status/message-status-resource.js'
import { byName } from './streams/by-name.js'
import { createStreams, type Streams } from './streams/streams.js'
import { portMs, type WorkerSide } from './workers/worker.js'

export interface Frontend {
  /**
   * Resolves when messages can be taken. Rejects with a sentence when Kafka or ZooKeeper cannot be reached.
   */
  start(): Promise<AddressInfo>
  stop(): Promise<void>
}

const headerBytesMax = 16_384
/** A body that has just begun, and Kafka's answer to it, by their default budgets and a little. */
const openRequestsMs = 7_250
/** By now nobody waits for an answer of Kafka: batches whose callers have been answered. */
const drainMs = 1_000
const closeMs = 500
const openCheckMs = 20
/** For what was counted since the last report. */
const countersMs = 500
/** For reads of Kafka that are under way for streams that have ended. */
const streamsMs = 1_000
/** How long connections may bring a last request when no further ones are accepted. */
const lastRequestsMs = 1_000

/** For timers that a busy machine runs late. */
const lateMs = 50

/** The longest a stop takes: its steps, one after another. Under 15 s when the first wait is 1 s or less. */
export function stopMsOf(config: FrontendConfig): number {
  const serving = Math.max(leaveMs, config.stopWaitMs)
  const finishing = portMs + lastRequestsMs + openRequestsMs
  const closing = Math.max(giveBackMs, countersMs, streamsMs) + drainMs + closeTimeoutMs + closeMs
  return serving + finishing + closing + (config.spoolDirectory === '' ? 0 : spoolCloseMs) + lateMs
}

/** What every metric of a frontend begins with. */
export const metricsPrefix = 'hermes_frontend_'

/**
 * Makes the frontend. Nothing is connected before `start`. A `worker` shares its port with others: its
 * primary answers the status pages, and other frontends reach it at a port of its own.
 */
export function createFrontend(
  base: FrontendBase,
  config: FrontendConfig,
  worker: WorkerSide | null = null,
): Frontend {
  const registry = createMetrics(metricsPrefix)
  const outside = createOutside(base, config, registry)
  const company = createCompany(base, config, { session: outside.session, metrics: registry })
  const isClosing = (): boolean => listener.isClosing()
  const sharers = (): number => Math.max(1, company.fellows.all().length)
  const idempotency = openIdempotency(base, config, { outside, company, metrics: registry })
  const publishing = createPublishing(base, config, outside, {
    ...{ registry, isClosing, sharers, idempotency },
    isForwarded: request => company.isForwarded(request),
    ownId: () => company.fellows.self()?.id ?? '',
  })
  const checks = createOptionalChecks(base, config, outside, () => publishing.topics.kafkaTopics())
  const readiness = createReadiness([() => outside.definitions.isLoaded(), ...checks.all])
  const pages = [...readinessPages(readiness), metricsPage(registry)]
  const statusResource = createMessageStatusResource(base, config, {
    ...{ outside, company },
    spools: publishing.spools,
    onDefect: error => reportDefect(base, error),
  })
  const judge = createJudge(publishing)
  const streams = createStreams(base, config, {
    ...{ outside, publishing, metrics: registry, isAlone: worker === null },
    onDefect: error => reportDefect(base, error),
  })
  let isClosed = false
  const handlers = createHandlers({
    publish: publishing.publish,
    publishMany: publishing.bulk.publish,
    judge: judge.of,
    // What one process counted is asked of each worker at its own port.
    pages: [
      ...(worker === null ? pages : worker.pages(pages.map(({ path }) => path))),
      figuresPage(base, registry),
      ownPage(base, config, readiness.isReady),
    ],
    resources: [
      statusResource,
      publishersRoute(base.clock, publishing, company),
      ...byName(config, streams?.routes ?? []),
    ],
    scheduler: base.scheduler,
    isClosed: () => isClosed,
    onDefect: error => reportDefect(base, error),
  })
  const tls = frontendTls(config)
  const listener = joinListeners(
    createFrontendListener(base, config, handlers),
    ...(tls === null ? [] : [createFrontendListener(base, config, handlers, { port: config.sslPort, tls })]),
  )
  const door = worker === null ? null : createFrontendListener(base, config, handlers, ownPort)
  const counters = createFrontendCounters(base, config, { session: outside.session, metrics: registry })
  const cancelLag = watchLoopLag(registry, base.clock, base.scheduler)
  const cancelState = showProcess(registry, { isReady: readiness.isReady, session: outside.session })

  return {
    async start() {
      const address = await listener.start()
      const tlsPort = tls === null ? null : config.sslPort
      base.log.info('frontend.listening', { host: address.address, port: address.port, tlsPort })
      publishing.start()
      const mayLackKafka = publishing.spools !== null
      await Promise.all([
        startOutside(base, outside, { onKafka: readiness.kafkaSeen, mayLackKafka }),
        publishing.spools?.open(),
      ])
      await company.join((await door?.start()) ?? address)
      publishing.spools?.start()
      checks.start()
      streams?.start()
      counters?.start()
      readiness.started()
      worker?.begin(readiness.isReady, () => registry.snapshot())
      base.log.info('frontend.ready', { topics: publishing.topics.count() })
      return address
    },
    async stop() {
      readiness.stopping()
      checks.stop()
      streams?.refuse()
      const leaving = company.leave()
      if (config.isStopGraceful) await sleep(base.scheduler, config.stopWaitMs)
      await leaving
      if (config.isStopGraceful) {
        listener.stopAccepting()
        streams?.endAll()
        await worker?.portClosed()
        await letConnectionsEnd(base, listener, Math.min(config.stopWaitMs, lastRequestsMs))
        isClosed = true
        publishing.bulk.wrapUp()
        await whenNoneIsOpen(base, () => publishing.openCount() + judge.openCount())
      }
      await Promise.all([idempotency.stop(), counters?.stop(countersMs), stopStreams(base, streams)])
      await company.stop()
      publishing.spools?.halt()
      await stopOutside(base, outside, config.isStopGraceful ? drainMs : 0)
      await Promise.all([listener.stop(closeMs), door?.stop(closeMs)])
      if (publishing.spools !== null) await closeSpools(base, publishing.spools)
      publishing.stop()
      cancelLag()
      cancelState()
    },
  }
}

/** What this process says of itself to management. */
function ownPage({ clock }: FrontendBase, config: FrontendConfig, isReady: () => boolean): StatusPage {
  const parts = { keys: frontendKeys, config, now: () => clock.now(), isReady }
  return {
    path: selfPath,
    read: async () => ({
      status: 200,
      body: await selfPage({ ...parts, directory: config.spoolDirectory }),
      contentType: 'application/json',
    }),
  }
}

/** A port that no other worker shares. */
const ownPort = { port: 0, isExclusive: true }

function createFrontendListener(
  base: FrontendBase,
  config: FrontendConfig,
  handlers: ListenerHandlers,
  place: Partial<Pick<ListenerOptions, 'port' | 'isExclusive' | 'tls'>> = {},
): HttpListener {
  const { host, port, headersMax, headersTimeoutMs, keepAliveTimeoutMs, connectionsMax, backlog } = config
  // The body's own deadline comes first and gives the better answer.
  const requestTimeoutMs = headersTimeoutMs + Math.max(config.readBudgetMs, config.bulkReadMs) + 1_000
  const limits = { headersMax, headerBytesMax, headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs }
  return createListener(base, { host, port, connectionsMax, backlog, ...limits, ...place }, handlers)
}

/**
 * Nobody who tries to connect may be left without a word, nor anybody who is connected without an answer: a
 * refused connection is tried elsewhere, a broken one is not. So the port closes while connections are in use
 * and few are made, and each of them ends with an answer that says so.
 */
async function letConnectionsEnd(
  base: FrontendBase,
  listener: HttpListener,
  withinMs: number,
): Promise<void> {
  const endMs = base.clock.monotonic() + withinMs
  listener.beginClosing()
  while (listener.connectionCount() > 0 && base.clock.monotonic() < endMs)
    await sleep(base.scheduler, openCheckMs)
}

async function whenNoneIsOpen(base: FrontendBase, openCount: () => number): Promise<void> {
  const endMs = base.clock.monotonic() + openRequestsMs
  while (openCount() > 0 && base.clock.monotonic() < endMs) await sleep(base.scheduler, openCheckMs)
  if (openCount() > 0) base.log.warn('frontend.requestsLeft', { open: openCount() })
}

async function stopStreams(base: FrontendBase, streams: Streams | null): Promise<void> {
  if (streams === null) return
  try {
    await withDeadline(base.scheduler, streamsMs, 'stopping the streams', streams.stop())
  } catch (error) {
    base.log.warn('streams.notStopped', { error })
  }
}

/** A handler that throws is a defect of ours; a broken invariant ends the process. */
function reportDefect(base: FrontendBase, error: unknown): void {
  base.log.error('frontend.defect', { error })
  if (error instanceof BrokenInvariant) throw error
}
