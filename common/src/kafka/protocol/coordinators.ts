/**
 * Which broker keeps the offsets of a group.
 * Takes group ids. Gives broker ids, from memory where known.
 * Promises: questions about one group are shared; a coordinator that is being elected is waited for.
 * Bound: `coordinatorsMax` groups, the oldest forgotten first.
 */
import { sleep } from '../../time/scheduler.js'
import type { ConnectionParts } from './connection.js'
import { errorFor, kafkaCode } from './kafka-error.js'
import type { BrokerAddress, CoordinatorAnswer } from './metadata.js'

/** Groups remembered. */
export const coordinatorsMax = 20_000
const askAgainMs = 100

export interface Coordinators {
  of(groupId: string): Promise<number>
  forget(groupId: string): void
}

export interface CoordinatorsOptions {
  /** How long an election is waited for. */
  readonly limitMs: number
  find(groupId: string): Promise<CoordinatorAnswer>
  onFound(broker: BrokerAddress): void
}

/** Makes an empty memory of coordinators. */
export function createCoordinators(parts: ConnectionParts, options: CoordinatorsOptions): Coordinators {
  const known = new Map<string, Promise<number>>()

  const ask = async (groupId: string): Promise<number> => {
    const deadlineMs = parts.clock.monotonic() + options.limitMs
    for (;;) {
      const { code, detail, broker } = await options.find(groupId)
      if (code === kafkaCode.NONE) {
        options.onFound(broker)
        return broker.id
      }
      const error = errorFor(code, detail)
      if (!error.isRetriable || parts.clock.monotonic() + askAgainMs >= deadlineMs) throw error
      await sleep(parts.scheduler, askAgainMs)
    }
  }

  return {
    of(groupId) {
      const before = known.get(groupId)
      if (before !== undefined) return before
      const answer = ask(groupId)
      known.set(groupId, answer)
      answer.catch(() => {
        if (known.get(groupId) === answer) known.delete(groupId)
      })
      const [oldest] = known.keys()
      if (known.size > coordinatorsMax && oldest !== undefined) known.delete(oldest)
      return answer
    },
    forget: groupId => void known.delete(groupId),
  }
}
