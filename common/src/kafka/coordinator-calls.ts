/**
 * Calls to the broker that coordinates a group, tried again while the coordinator moves.
 * Takes a group and a call. Gives the answer.
 * Promises: ends within `requestTimeoutMs`, with the last error; calls of one group keep their order on one
 * connection.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { sleep, type Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import { UnsupportedBroker, type ApiCall } from './protocol/connection.js'
import { KafkaError, kafkaCode } from './protocol/kafka-error.js'

export interface CoordinatorCallsParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export interface CoordinatorCallsOptions {
  /** Limit of a whole operation, repeats included. */
  readonly requestTimeoutMs: number
  /** Kafka works on one call of a connection at a time, so many groups commit faster over several. */
  readonly connectionsPerBroker: number
}

/** What a call is for: reads never wait behind commits. */
export type CallKind = 'commit' | 'read'

export interface CoordinatorCalls {
  /**
   * `makeCall` gets the time that is left. An answer it refuses with a `KafkaError` is an error of the call.
   */
  ask<T>(groupId: string, kind: CallKind, makeCall: (timeoutMs: number) => ApiCall<T>): Promise<T>
}

const askAgainMs = 100

/** Codes that say "not here" or "not yet". */
const movingCodes: ReadonlySet<number> = new Set([
  kafkaCode.COORDINATOR_LOAD_IN_PROGRESS,
  kafkaCode.COORDINATOR_NOT_AVAILABLE,
  kafkaCode.NOT_COORDINATOR,
  kafkaCode.REQUEST_TIMED_OUT,
])

/** Makes the caller. */
export function createCoordinatorCalls(
  parts: CoordinatorCallsParts,
  options: CoordinatorCallsOptions,
): CoordinatorCalls {
  const { cluster, log, clock, scheduler } = parts
  const purposeOf = (groupId: string, kind: CallKind): string =>
    kind === 'read' ? 'group-read' : `group-commit-${spread(groupId, options.connectionsPerBroker)}`

  return {
    async ask(groupId, kind, makeCall) {
      const deadlineMs = clock.monotonic() + options.requestTimeoutMs
      for (;;) {
        try {
          const broker = await cluster.coordinator(groupId)
          const connection = await cluster.connection(broker, purposeOf(groupId, kind))
          return await connection.request(makeCall(Math.max(1, deadlineMs - clock.monotonic())))
        } catch (error) {
          const isOver = clock.monotonic() + askAgainMs >= deadlineMs
          if (isOver || !isWorthAnotherTry(error)) throw error
          log.debug('kafka.coordinatorAskedAgain', { groupId, error })
          cluster.forgetCoordinator(groupId)
          await sleep(scheduler, askAgainMs)
        }
      }
    },
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof KafkaError) return movingCodes.has(error.code)
  return !(error instanceof UnsupportedBroker)
}

/** The same number below `count` for the same text. */
function spread(text: string, count: number): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return (hash >>> 0) % count
}
