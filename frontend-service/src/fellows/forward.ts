/**
 * A request passed on whole to the frontend that has to answer it.
 * Takes a fellow and a request with its body. Gives that frontend's answer, or why there is none.
 * Promises: what was passed on once is never passed on again, so no request travels in a circle. The header
 * that says so is no proof of anything: a client that sends it is only served where it came.
 * Bounds: connections to a fellow, requests under way, the time of each.
 */
import type { IncomingMessage } from 'node:http'
import { createRelay, type RelayRequest, type RelayResult } from '@iris/common/http/relay'
import { firstHeaderValue } from '@iris/common/http/raw-headers'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Scheduler } from '@iris/common/time/scheduler'
import { originOf, type Fellow } from './card.js'

/** Names the frontend that passed a request on. */
export const forwardedHeader = 'Iris-Forwarded'
const lowerForwardedHeader = forwardedHeader.toLowerCase()

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

/** Whether a fellow has passed this request on, so that it must be answered here. */
export function isForwarded(request: Pick<IncomingMessage, 'headers'>): boolean {
  return request.headers[lowerForwardedHeader] !== undefined
}

/** Makes a forwarder that has no connections yet. */
export function createForwarder(scheduler: Scheduler, metrics: Metrics): Forwarder {
  const relay = createRelay(scheduler, { connectionsMax, exchangesMax, connectTimeoutMs })
  const answered = metrics.counter(frontendMetrics.forwards, 'answered')
  const failed = metrics.counter(frontendMetrics.forwards, 'failed')
  const pass = (from: string, to: Fellow, request: ForwardRequest): Promise<Forwarded> => {
    if (firstHeaderValue(request.headers, lowerForwardedHeader) !== undefined)
      return Promise.resolve({ kind: 'failed', isUnsent: true, detail: 'it was passed on once already' })
    const headers = [...request.headers, forwardedHeader, from]
    return relay.exchange({ ...request, origin: originOf(to), headers })
  }
  return {
    async forward(from, to, request) {
      const result = await pass(from, to, request)
      ;(result.kind === 'answer' ? answered : failed).value++
      return result
    },
    stop: () => relay.stop(),
  }
}
