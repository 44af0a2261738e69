/**
 * The client for endpoints that are not ours: webhooks today, token servers and streams later.
 * Takes requests for an origin. Gives one result each, within the request's time.
 * Promises: dials only allowed addresses, checked as literal and as resolved; follows no redirect, keeps no
 * cookie, inflates nothing; reads at most 64 KiB of an answer and throws it away where nobody wants it.
 * Bounds: connections of a target, connections of the process, idle time of a connection.
 */
import type { LookupFunction } from 'node:net'
import type { Client } from 'undici'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { checkEndpointHost, type AllowedNetworks } from './address-guard.js'
import { answerBytesMax, answerHeadBytesMax, type Connection, type ConnectionOwner } from './connection.js'
import { createDeadlineWheel } from './deadline-wheel.js'
import { originOf, type DialOptions, type Place } from './dial.js'
import { guardedLookup, type ResolveName } from './guarded-lookup.js'
import { Http1Connection, placed } from './http1-connection.js'
import { Http2Connection } from './http2-connection.js'
import { HttpTarget, type TargetParts } from './target.js'
import type { Trust } from './trust.js'

export type { AttemptResult, OutgoingRequest, Sending } from './attempt.js'
export type { Place } from './dial.js'
export type { HttpTarget } from './target.js'

export interface HttpClientDeps {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly resolve: ResolveName
  /** Whose certificates are believed; Node's roots where it is left out. */
  readonly trust?: Trust
}

export interface HttpClientOptions {
  readonly allowedNetworks: AllowedNetworks
  /** Connections of the whole process; beyond it idle ones are closed, then requests wait. */
  readonly connectionsMax: number
  readonly connectTimeoutMs: number
  /** A connection that was not used for so long is closed. */
  readonly idleMs: number
}

/** How requests travel: HTTP/2 over TLS by ALPN, in the clear by prior knowledge; there is no way back. */
export type HttpVersion = 'HTTP/1.1' | 'HTTP/2'

type Connect = (owner: ConnectionOwner, origin: URL, version: HttpVersion, place: Place | null) => Connection

export interface HttpClient {
  /**
   * Connections of one caller to one origin; the caller closes it. With a place, that is dialled; the other
   * side is addressed as the origin, and has to prove that it is it.
   */
  target(origin: URL, requestsMax: number, version?: HttpVersion, place?: Place | null): HttpTarget
  connectionCount(): number
  /** Requests that wait for a connection. */
  waitingCount(): number
  /** Ends everything at once; requests under way fail as a fault of ours. */
  stop(): void
}

/** With HTTP/2 a target needs few connections; an endpoint that allows few streams each gets no more. */
const http2ConnectionsMax = 10
const sweepMs = 5_000

/** Makes a client. It opens nothing until a request is sent. */
export function createHttpClient(deps: HttpClientDeps, options: HttpClientOptions): HttpClient {
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
  const lookup = guardedLookup(deps.resolve, options.allowedNetworks)
  let undici = undiciOptions(lookup, options, deps.trust)
  const dial: DialOptions = {
    ...{ scheduler: deps.scheduler, lookup, trust: deps.trust },
    timeoutMs: options.connectTimeoutMs,
    protocol: 'h2',
  }
  const cancelTrust = deps.trust?.onChange(() => {
    undici = undiciOptions(lookup, options, deps.trust)
    for (const target of targets) target.renew()
  })
  const connect: Connect = (owner, origin, version, place) =>
    version === 'HTTP/2'
      ? new Http2Connection(owner, { origin, place, dial, now })
      : new Http1Connection(owner, origin.origin, place === null ? undici : placed(undici, place))
  const parts: TargetParts = {
    wheel,
    now,
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
    target(origin, requestsMax, version = 'HTTP/1.1', place = null) {
      const target = new HttpTarget(parts, {
        connectionsMax: version === 'HTTP/2' ? Math.min(requestsMax, http2ConnectionsMax) : requestsMax,
        problem: checkEndpointHost(place === null ? origin : originOf(place), options.allowedNetworks),
        connect: owner => connect(owner, origin, version, place),
        onClosed(closed) {
          targets.delete(closed)
          starving.delete(closed)
        },
      })
      targets.add(target)
      return target
    },
    connectionCount: () => connections,
    waitingCount: () => sum(target => target.waitingCount),
    stop() {
      cancelSweep()
      cancelTrust?.()
      for (const target of [...targets]) target.close()
      wheel.stop()
    },
  }
}

/**
 * undici's own timeouts are off: they do not bound an attempt (a dripping body outlives them), and the wheel
 * does for a fraction of their cost.
 */
function undiciOptions(
  lookup: LookupFunction,
  options: HttpClientOptions,
  trust: Trust | undefined,
): Client.Options {
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
      lookup,
      secureContext: trust?.context(),
    },
  }
}
