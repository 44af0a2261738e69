/**
 * The client for endpoints that are not ours: webhooks today, token servers and streams later.
 * Takes requests for an origin. Gives one result each, within the request's time.
 * Promises: dials only allowed addresses, checked as literal and as resolved; follows no redirect, keeps no
 * cookie, inflates nothing; reads at most 64 KiB of an answer and throws it away where nobody wants it.
 * Bounds: connections of a target, connections of the process, idle time of a connection.
 */
import type { Client } from 'undici'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { checkEndpointHost, type AllowedNetworks } from './address-guard.js'
import { createDeadlineWheel } from './deadline-wheel.js'
import { guardedLookup, type ResolveName } from './guarded-lookup.js'
import { HttpTarget, type TargetParts } from './target.js'

export type { AttemptResult, OutgoingRequest, Sending } from './attempt.js'
export type { HttpTarget } from './target.js'

export interface HttpClientOptions {
  readonly allowedNetworks: AllowedNetworks
  /** Connections of the whole process; beyond it idle ones are closed, then requests wait. */
  readonly connectionsMax: number
  readonly connectTimeoutMs: number
  /** A connection that was not used for so long is closed. */
  readonly idleMs: number
}

export interface HttpClient {
  /** Connections of one caller to one origin; the caller closes it. */
  target(origin: URL, connectionsMax: number): HttpTarget
  connectionCount(): number
  /** Requests that wait for a connection. */
  waitingCount(): number
  /** Ends everything at once; requests under way fail as a fault of ours. */
  stop(): void
}

/** What we read of an answer's body before the connection is given up. */
const answerBytesMax = 64 * 1024
const answerHeadBytesMax = 16 * 1024
const sweepMs = 5_000

/** Makes a client. It opens nothing until a request is sent. */
export function createHttpClient(
  deps: { readonly clock: Clock; readonly scheduler: Scheduler; readonly resolve: ResolveName },
  options: HttpClientOptions,
): HttpClient {
  const targets = new Set<HttpTarget>()
  const starving = new Set<HttpTarget>()
  const wheel = createDeadlineWheel(deps)
  const now = (): number => deps.clock.monotonic()
  let connections = 0

  const closeOneIdle = (): void => {
    for (const target of targets) if (target.closeIdle(Infinity, 1) > 0) return
  }
  const feedStarving = (): void => {
    // A copy: who still waits afterwards has entered itself again.
    for (const target of [...starving]) {
      starving.delete(target)
      target.serveWaiting()
    }
  }
  const parts: TargetParts = {
    wheel,
    now,
    clientOptions: clientOptions(deps.resolve, options),
    takeConnection(target) {
      if (connections >= options.connectionsMax) closeOneIdle()
      if (connections >= options.connectionsMax) {
        starving.add(target)
        return false
      }
      connections++
      return true
    },
    connectionGone() {
      connections--
      if (starving.size > 0) queueMicrotask(feedStarving)
    },
    connectionIdle() {
      if (starving.size > 0) queueMicrotask(feedStarving)
    },
  }
  const cancelSweep = deps.scheduler.every(sweepMs, () => {
    for (const target of targets) target.closeIdle(now() - options.idleMs, Infinity)
  })
  const sum = (countOf: (target: HttpTarget) => number): number =>
    [...targets].reduce((total, target) => total + countOf(target), 0)

  return {
    target(origin, connectionsMax) {
      const problem = checkEndpointHost(origin, options.allowedNetworks)
      const forget = (closed: HttpTarget): void => {
        targets.delete(closed)
        starving.delete(closed)
      }
      const target = new HttpTarget(parts, origin.origin, connectionsMax, problem, forget)
      targets.add(target)
      return target
    },
    connectionCount: () => connections,
    waitingCount: () => sum(target => target.waitingCount),
    stop() {
      cancelSweep()
      for (const target of [...targets]) target.close()
      wheel.stop()
    },
  }
}

/**
 * undici's own timeouts are off: they do not bound an attempt (a dripping body outlives them), and the wheel
 * does for a fraction of their cost.
 */
function clientOptions(resolve: ResolveName, options: HttpClientOptions): Client.Options {
  return {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: answerHeadBytesMax,
    maxResponseSize: answerBytesMax,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: options.idleMs,
    allowH2: false,
    connect: {
      timeout: options.connectTimeoutMs,
      lookup: guardedLookup(resolve, options.allowedNetworks),
    },
  }
}
