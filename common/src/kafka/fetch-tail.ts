/**
 * The loop that waits at the ends of many partitions of one broker, in one long poll within a fetch session.
 * Takes the logs whose followers have read all there was. Gives them what is written next, as it is written.
 * Promises: a request names only what changed, so thousands of idle partitions cost next to nothing.
 */
import { sleep } from '../time/scheduler.js'
import { fetchCall } from './fetch-call.js'
import { endOfTurn, startLoop, type FetchLoop, type FetchPorts } from './fetch-loop.js'
import { FetchSession } from './fetch-session.js'
import { nameOf, type PartitionLog } from './partition-log.js'
import { errorFor, kafkaCode } from './protocol/kafka-error.js'
import { Signal } from '../time/signal.js'

/** A round takes at least so long: under load the next one then brings many records instead of one. */
const roundMs = 1

export interface TailLoop extends FetchLoop {
  /** Watches the log no more. */
  leave(log: PartitionLog): void
  /** True when the log's end is being watched, or will be in a moment. */
  isWatching(log: PartitionLog): boolean
}

/** Starts the loop over a connection of its own. */
export function startTailLoop(ports: FetchPorts, index: number): TailLoop {
  const name = `tail-${index}`
  const { limits } = ports
  const session = new FetchSession()
  /** The logs of this loop; another loop of the broker may have one that left here. */
  const members = new Map<string, PartitionLog>()
  const changed = new Set<PartitionLog>()
  const bell = new Signal()
  let isAsking = false

  const update = (log: PartitionLog): void => {
    const member = members.get(log.name)
    if (member !== undefined && member !== log) return
    const offset = member === log ? log.tailOffset() : -1
    if (offset < 0) session.remove(log.name)
    else if (session.offsetOf(log.name) !== offset) {
      session.set(log.name, { ...log.place, offset, bytesMax: limits.partitionBytes() })
    }
  }
  const ask = async (): Promise<void> => {
    const { fetchWaitMs, requestBytesMax, requestTimeoutMs } = limits
    const request = { ...session.next(), waitMs: fetchWaitMs, bytesMax: requestBytesMax }
    isAsking = true
    try {
      const answer = await ports.ask(name, fetchCall(request, requestTimeoutMs))
      if (isSessionLost(answer.code)) {
        session.reset(answer.code === kafkaCode.FETCH_SESSION_ID_NOT_FOUND)
        return
      }
      if (answer.code !== 0) throw errorFor(answer.code)
      session.accepted(answer.sessionId)
      isAsking = false
      for (const partition of answer.partitions) {
        const log = members.get(nameOf(partition))
        if (log !== undefined) ports.take(log, session.offsetOf(log.name), partition)
      }
    } catch (error) {
      session.reset(false)
      throw error
    } finally {
      isAsking = false
    }
  }

  const stop = startLoop(ports, name, bell, async () => {
    for (const log of changed) update(log)
    changed.clear()
    if (session.size === 0) return 'idle'
    const startedMs = ports.clock.monotonic()
    await ask()
    await endOfTurn()
    const restMs = roundMs - (ports.clock.monotonic() - startedMs)
    if (restMs > 0) await sleep(ports.scheduler, restMs)
    return 'again'
  })

  return {
    demand(log) {
      members.set(log.name, log)
      changed.add(log)
      bell.ring()
    },
    leave(log) {
      if (members.get(log.name) === log) members.delete(log.name)
      changed.add(log)
      bell.ring()
    },
    isWatching: log => !isAsking || session.offsetOf(log.name) === log.tailOffset(),
    stop,
  }
}

function isSessionLost(code: number): boolean {
  return code === kafkaCode.FETCH_SESSION_ID_NOT_FOUND || code === kafkaCode.INVALID_FETCH_SESSION_EPOCH
}
