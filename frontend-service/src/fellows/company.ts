/**
 * This frontend in the company of the others: who they are, and the way to them.
 * Takes the session, settings and, once it listens, its address. Gives the fellows and requests passed on.
 * Promises: joining ends by its deadline; leaving ends by its own, with a warning instead of a failure.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import type { AddressInfo } from 'node:net'
import { advertisedHost } from '@iris/common/http/advertised'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { withDeadline } from '@iris/common/time/scheduler'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { FrontendBase, FrontendConfig } from '../base.js'
import { fellowId, type Fellow } from './card.js'
import { createFellows, type Fellows } from './fellows.js'
import { createForwarder, isForwarded, type Forwarded, type ForwardRequest } from './forward.js'

export interface Company {
  readonly fellows: Fellows
  /** The id that this frontend has, or will have once it listens on that port. */
  idAt(port: number): string
  /** Whether a fellow has passed this request on, so that it is answered here. */
  isForwarded(request: Pick<IncomingMessage, 'headers'>): boolean
  /** Passes a request on. Never rejects; nothing is passed on before this frontend joined. */
  forward(to: Fellow, request: ForwardRequest): Promise<Forwarded>
  /** Shows this frontend to the others, at the address it listens on. */
  join(address: AddressInfo): Promise<void>
  /** Lets the others look elsewhere; requests can still be passed on. */
  leave(): Promise<void>
  stop(): Promise<void>
}

const tokenBytes = 24
const joinMs = 60_000
/** The longest that leaving the others takes. */
export const leaveMs = 1_000

/** Makes the company of one frontend; it is alone until it joins. */
export function createCompany(
  base: FrontendBase,
  config: FrontendConfig,
  outside: { readonly session: ZooSession; readonly metrics: Metrics },
): Company {
  const { log, scheduler, clock } = base
  const { session, metrics } = outside
  const fellows = createFellows({ session, log, scheduler }, zooPaths(config.zookeeperRoot).iris)
  const forwarder = createForwarder(scheduler, metrics)
  const machine = hostname()
  const token = randomBytes(tokenBytes).toString('base64url')
  const idAt = (port: number): string => fellowId(config.instanceId, machine, port)
  metrics.gauge(frontendMetrics.fellows, () => fellows.all().length)
  return {
    fellows,
    idAt,
    isForwarded: request => isForwarded(request, token),
    forward(to, request) {
      const self = fellows.self()
      if (self !== null) return forwarder.forward(self.id, to, request)
      return Promise.resolve({ kind: 'failed', isUnsent: true, detail: 'this frontend is still starting' })
    },
    async join({ address, port }) {
      const host = advertisedHost(config.advertisedHost, address, machine)
      const self = { id: idAt(port), host, port, pid: process.pid, startedMs: clock.now(), token }
      await withDeadline(scheduler, joinMs, 'joining the other frontends', fellows.join(self))
      log.info('fellows.joined', { id: self.id, host, port, fellows: fellows.all().length })
    },
    async leave() {
      try {
        await withDeadline(scheduler, leaveMs, 'leaving the other frontends', fellows.leave())
      } catch (error) {
        // Its node goes with the session.
        log.warn('fellows.notLeft', { error })
      }
    },
    async stop() {
      fellows.stop()
      await forwarder.stop()
    },
  }
}
