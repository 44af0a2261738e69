/**
 * What both loops that read from a broker have in common: rounds, one after the other, until stopped.
 * Takes a round to repeat. Gives nothing.
 * Promises: a round that fails is followed by a growing pause and never ends the loop; without demand it
 * sleeps.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { backoffMs, type Backoff } from '../time/backoff.js'
import type { Scheduler } from '../time/scheduler.js'
import type { FetchAnswer, FetchedPartition } from './fetch-call.js'
import type { PartitionLog } from './partition-log.js'
import type { ApiCall } from './protocol/connection.js'
import { Signal } from '../time/signal.js'

/** What a loop needs from the reader it belongs to. */
export interface FetchPorts {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly broker: number
  /** The logs that this broker leads, by name. */
  readonly logs: ReadonlyMap<string, PartitionLog>
  readonly limits: FetchLimits
  /** Asks the broker over the connection of that purpose. */
  ask(purpose: string, call: ApiCall<FetchAnswer>): Promise<FetchAnswer>
  /** Takes in one partition's answer to `offset`. True when it brought anything. */
  take(log: PartitionLog, offset: number, answer: FetchedPartition): boolean
  /** The broker does not answer: leaders may have moved. */
  onTrouble(): void
}

export interface FetchLimits {
  readonly fetchWaitMs: number
  readonly requestTimeoutMs: number
  readonly requestBytesMax: number
  /** How much of one partition to ask for now. */
  partitionBytes(): number
}

export interface FetchLoop {
  /** What is wanted from the log may have changed. */
  demand(log: PartitionLog): void
  stop(): void
}

const pause: Backoff = { firstMs: 50, factor: 2, capMs: 1_000 }

/**
 * Repeats `round` until stopped. It answers `idle` when there is nothing to do before the next ring of
 * `bell`.
 */
export function startLoop(
  ports: FetchPorts,
  name: string,
  bell: Signal,
  round: () => Promise<'again' | 'idle'>,
): () => void {
  const stopping = new Signal()
  let isStopped = false
  let failures = 0

  const onFailure = async (error: unknown): Promise<void> => {
    failures += 1
    const fields = { loop: name, broker: ports.broker, failures, error }
    if (failures === 1) ports.log.warn('kafka.fetchFailed', fields)
    else ports.log.debug('kafka.fetchFailed', fields)
    ports.onTrouble()
    await stopping.waitAtMost(ports.scheduler, backoffMs(pause, failures))
  }
  const onSuccess = (): void => {
    if (failures > 0) ports.log.info('kafka.fetchRecovered', { loop: name, broker: ports.broker, failures })
    failures = 0
  }
  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        const next = await round()
        if (next === 'idle') await bell.wait()
        else onSuccess()
      } catch (error) {
        if (!isStopped) await onFailure(error)
      }
    }
  }

  void run()
  return () => {
    isStopped = true
    stopping.ring()
    bell.ring()
  }
}

/** Lets everyone who was told of data ask for the next before the next request is made. */
export function endOfTurn(): Promise<void> {
  return new Promise(resolve => void setImmediate(resolve))
}
