/**
 * The one place where management's parts are made and joined.
 * Takes configuration, log and time. Gives start and stop of the whole. Promises: it listens only when
 * ZooKeeper and Kafka have answered; a stop finishes open requests within `stopMs`.
 * Refuses to be made when a route has no contract.
 */
import type { AddressInfo } from 'node:net'
import { problemBody } from '@iris/common/errors/problem'
import { createExpressApp } from '@iris/common/http/express-app'
import { createHostCheck } from '@iris/common/http/host-names'
import { tlsOf } from '@iris/common/http/listener-tls'
import { createListener, type HttpListener, type ListenerTls } from '@iris/common/http/server'
import { showProcess } from '@iris/common/metrics/process-state'
import { createMetrics } from '@iris/common/metrics/registry'
import { selfPage } from '@iris/common/lifecycle/self-page'
import { watchLoopLag } from '@iris/common/metrics/loop-lag'
import type { Cancel } from '@iris/common/time/scheduler'
import { createMode } from './access/mode.js'
import { createGuardOf } from './access/open-guard.js'
import { openAudit } from './audit/open-audit.js'
import { version, type ManagementBase, type ManagementConfig } from './base.js'
import { managementKeys } from './config.js'
import { withContracts } from './http/contract/contract.js'
import { contracts, frontendContracts } from './http/contract/contracts.js'
import { docsRoutes } from './http/routes/docs.js'
import { statusRoutes } from './http/routes/status.js'
import { createOutside, startOutside, stopOutside } from './outside.js'
import { createSelf, ownHost } from './self.js'
import { watchStorage } from './storage-probe.js'
import { withDryRuns } from './rehearsal/dry-run.js'
import { consoleSettings } from './console/console-settings.js'
import { linkTemplates } from './console/link-templates.js'
import { startPageOf } from './console/start-page.js'
import { consoleRoutes } from './http/routes/console-pages.js'
import { createUseCases } from './use-cases.js'

export interface Management {
  /** Resolves when requests are taken. Rejects with a sentence when Kafka or ZooKeeper cannot be reached. */
  start(): Promise<AddressInfo>
  stop(): Promise<void>
}

/** The longest a stop takes. A retransmission that still waits is cut off; its owners carry it out. */
export const stopMs = 14_000
const openRequestsMs = 11_000
const headersMax = 100
const headerBytesMax = 16_384
const headersTimeoutMs = 10_000
const keepAliveTimeoutMs = 60_000
const backlog = 511

/** Makes management. Nothing is connected before `start`. */
export function createManagement(base: ManagementBase, config: ManagementConfig): Management {
  const metrics = createMetrics('hermes_management_')
  const tls = tlsOf('management.ssl', config)
  const outside = createOutside(base, config, tls)
  const mode = createMode()
  const useCases = createUseCases(base, config, { outside, metrics, mode })
  const { guard, stop: stopGuard } = createGuardOf(base, config, outside, { mode, store: useCases.store })
  let life: 'starting' | 'running' | 'stopping' = 'starting'
  const isUp = (): boolean => life === 'running'
  const isReady = (): boolean => isUp() && outside.session.isConnected()
  const own = { keys: managementKeys, config, now: () => base.clock.now(), isReady, directory: '' }
  const status = statusRoutes({ metrics, isUp, isReady, self: () => selfPage(own) })
  const docs = docsRoutes([...frontendContracts, ...contracts], { version, frontendUrl: config.frontendUrl })
  const startPage = startPageOf(config)
  const pages = consoleRoutes(consoleSettings(config), linkTemplates(config), startPage)
  const audit = openAudit(base, config, { outside, metrics, store: useCases.store })
  const promised = withContracts(
    [...status, ...docs, ...pages, ...useCases.routes, ...audit.routes],
    contracts,
  )
  const app = createExpressApp(
    base.log,
    {
      ...{ bodyBytesMax: config.bodyBytesMax, allowedOrigin: config.allowedOrigin, guard },
      checkHost: createHostCheck({ ...config, isAsking: guard.isAsking, advertised: ownHost(config) }),
      ...(startPage.directory === null ? {} : { filesBelow: startPage.directory }),
    },
    audit.around(withDryRuns(promised, () => useCases.rehearse())),
  )
  const listener = createManagementListener(base, { ...config, tls }, app)
  const cancels: Cancel[] = [showProcess(metrics, { isReady, session: outside.session })]
  const self = createSelf(base, config, outside, tls)

  return {
    async start() {
      await startOutside(base, outside)
      useCases.start()
      const address = await listener.start()
      life = 'running'
      await self.show(address)
      cancels.push(watchLoopLag(metrics, base.clock, base.scheduler))
      cancels.push(watchStorage(base, outside, { metrics, mode, periodMs: config.healthPeriodMs }))
      base.log.info('management.listening', { host: address.address, port: address.port })
      return address
    },
    async stop() {
      life = 'stopping'
      listener.beginClosing()
      useCases.endStreams()
      await Promise.all([listener.stop(openRequestsMs), self.leave()])
      await useCases.stop()
      cancels.forEach(cancel => cancel())
      await stopGuard()
      await stopOutside(base, outside)
    },
  }
}

function createManagementListener(
  base: ManagementBase,
  config: ManagementConfig & { readonly tls: ListenerTls | null },
  app: ReturnType<typeof createExpressApp>,
): HttpListener {
  const { host, port, connectionsMax, requestTimeoutMs, tls } = config
  const limits = {
    headersMax,
    headerBytesMax,
    headersTimeoutMs,
    keepAliveTimeoutMs,
    requestTimeoutMs,
    backlog,
  }
  return createListener(
    base,
    { host, port, connectionsMax, ...limits, ...(tls === null ? {} : { tls }) },
    {
      handle: app,
      refuse(_request, response, error) {
        const body = problemBody(error)
        response.writeHead(error.status, {
          ...{ 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
          'X-Content-Type-Options': 'nosniff',
        })
        response.end(body)
      },
    },
  )
}
