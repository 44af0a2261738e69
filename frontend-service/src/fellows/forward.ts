/**
 * A request passed on whole to the frontend that has to answer it.
 * Takes a fellow and a request with its body. Gives that frontend's answer, or why there is none.
 * Promises: what was passed on once is never passed on again. It is known by the token of the frontend that
 * it came to, which its fellows read in ZooKeeper; the same lines of a client count for nothing, and stay
 * here. Bounds: connections to a fellow, requests under way, the time of each.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { originOf } from '@iris/common/http/advertised'
import { forwardedHeader, frontendTokenHeader } from '@iris/common/http/forwarded-headers'
import { createRelay, type RelayRequest, type RelayResult } from '@iris/common/http/relay'
import { withoutHeaders } from '@iris/common/http/raw-headers'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Fellow } from './card.js'

/** Lower-case names of the lines that only a frontend may write. */
export const forwardedHeaders: readonly string[] = [forwardedHeader, frontendTokenHeader].map(name =>
  name.toLowerCase(),
)

export type ForwardRequest = Omit<RelayRequest, 'origin'>
export type Forwarded = RelayResult

export interface Forwarder {
  /** Never rejects. `from` is this frontend's id. */
  forward(from: string, to: Fellow, request: ForwardRequest): Promise<Forwarded>
  stop(): Promise<void>
}

const connectionsMax = 32
const exchangesMax = 2_000
const connectTimeoutMs = 1_000

/**
 * Whether a process of the installation sent this request to the frontend with that token: a fellow passed it
 * on to be answered here, or management asks what only it may know.
 */
export function isForwarded({ headers }: Pick<IncomingMessage, 'headers'>, ownToken: string): boolean {
  const token = headers[frontendTokenHeader.toLowerCase()]
  if (typeof token !== 'string' || ownToken === '') return false
  return timingSafeEqual(digest(token), digest(ownToken))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}

/** Makes a forwarder that has no connections yet. */
export function createForwarder(scheduler: Scheduler, metrics: Metrics): Forwarder {
  const relay = createRelay(scheduler, { connectionsMax, exchangesMax, connectTimeoutMs })
  const answered = metrics.counter(frontendMetrics.forwards, 'answered')
  const failed = metrics.counter(frontendMetrics.forwards, 'failed')
  return {
    async forward(from, to, request) {
      const headers = withoutHeaders(request.headers, forwardedHeaders)
      headers.push(forwardedHeader, from)
      if (to.token !== '') headers.push(frontendTokenHeader, to.token)
      const result = await relay.exchange({ ...request, origin: originOf(to), headers })
      ;(result.kind === 'answer' ? answered : failed).value++
      return result
    },
    stop: () => relay.stop(),
  }
}
