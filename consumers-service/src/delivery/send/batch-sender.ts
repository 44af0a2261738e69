/**
 * Deliveries of one subscription over HTTP, batch by batch.
 * Takes a batch. Gives it to the client as a request; the batch is told the result.
 * Promises: a changed plan holds from the next attempt on, the retries of a batch included.
 */
import type { HttpClient } from '@iris/common/http/client'
import type { Clock } from '@iris/common/time/clock'
import { traceparentName } from '@iris/common/tracing/context'
import type { Batch } from '../batch/batch.js'
import type { BatchPlan } from '../plan.js'
import { destinationOf, type Destination } from './destination.js'
import { prepareBatchHeaders, type BatchHeaderLines, type HeaderParts } from './headers.js'
import { createSign, type Sign } from './signature.js'

export interface BatchSender {
  send(batch: Batch): void
  update(plan: BatchPlan): void
  /** Ends all connections at once. */
  stop(): void
}

export interface BatchSenderParts extends HeaderParts {
  /** Tells the time of a signature. */
  readonly clock: Pick<Clock, 'now'>
  readonly client: HttpClient
}

interface Prepared {
  readonly destination: Destination
  readonly lines: BatchHeaderLines
  readonly sign: Sign | null
  readonly timeoutMs: number
}

/** As in Hermes. One carries the batch, the other may still read the end of the answer before. */
const connection = { httpVersion: 'HTTP/1.1', connectionsMax: 2 } as const

/** Makes the sender of one subscription. */
export function createBatchSender(parts: BatchSenderParts, plan: BatchPlan): BatchSender {
  const prepare = (next: BatchPlan, former: Destination | null): Prepared => ({
    destination: destinationOf(parts.client, { endpoint: next.endpoint, ...connection }, former),
    lines: prepareBatchHeaders(next, parts),
    sign: createSign(next.signing),
    timeoutMs: next.policy.requestTimeoutMs,
  })
  let prepared = prepare(plan, null)
  return {
    send(batch) {
      const { destination, lines, sign, timeoutMs } = prepared
      batch.path = destination.path
      const own = traced(lines.of(batch.id, batch.attempts), batch)
      batch.headers = sign === null ? own : [...own, ...sign(batch.id, parts.clock.now(), batch.body)]
      batch.timeoutMs = timeoutMs
      batch.sending = destination.target.send(batch)
    },
    update(next) {
      prepared = prepare(next, prepared.destination)
    },
    stop: () => prepared.destination.target.close(),
  }
}

/** The attempt's span becomes the parent of what the receiver does; a fixed header of that name wins. */
function traced(lines: readonly string[], { spans }: Batch): readonly string[] {
  if (spans === null) return lines
  const isSet = lines.some((name, index) => index % 2 === 0 && name.toLowerCase() === traceparentName)
  return isSet ? lines : [...lines, traceparentName, spans.traceparent]
}
