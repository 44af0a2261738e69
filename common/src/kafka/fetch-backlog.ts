/**
 * The loop that fetches what is known to be there, from a broker, without waiting and without a session.
 * Takes the logs with followers behind the end. Gives each a stretch in turn, many partitions a request.
 * Also watches ends that the long poll does not know of yet, so that a new follower need not wait for it to
 * end.
 */
import { sleep } from '../time/scheduler.js'
import { fetchCall, sessionless, type FetchPlace } from './fetch-call.js'
import { endOfTurn, startLoop, type FetchLoop, type FetchPorts } from './fetch-loop.js'
import type { TailLoop } from './fetch-tail.js'
import { nameOf, type PartitionLog } from './partition-log.js'
import { errorFor } from './protocol/kafka-error.js'
import { Signal } from '../time/signal.js'

/** Partitions in one request. */
const placesMax = 1_000
/** How long an end is watched here before looking whether the long poll has taken it over. */
const bridgeWaitMs = 20
/** Pause when Kafka gave nothing of what should be there. */
const nothingPauseMs = 10

interface Round {
  readonly waitMs: number
  readonly places: ReadonlyMap<PartitionLog, FetchPlace>
}

/** Starts the loop. */
export function startBacklogLoop(ports: FetchPorts, tail: TailLoop): FetchLoop {
  const { limits } = ports
  /** Whoever was served goes to the end, so that one large backlog starves nobody. */
  const queue = new Set<PartitionLog>()
  const bell = new Signal()

  const plan = (): Round => {
    const places = new Map<PartitionLog, FetchPlace>()
    let waitMs = bridgeWaitMs
    for (const log of queue) {
      if (places.size >= placesMax) break
      const isHere = ports.logs.get(log.name) === log
      const backlog = isHere ? log.backlogOffset() : -1
      const end = isHere && backlog < 0 && !tail.isWatching(log) ? log.tailOffset() : -1
      const offset = Math.max(backlog, end)
      if (backlog >= 0) waitMs = 0
      if (offset < 0) queue.delete(log)
      else places.set(log, { ...log.place, offset, bytesMax: limits.partitionBytes() })
    }
    return { waitMs, places }
  }
  const ask = async ({ waitMs, places }: Round): Promise<boolean> => {
    const bytesMax = limits.requestBytesMax
    const request = { ...sessionless, waitMs, bytesMax, places: [...places.values()] }
    const answer = await ports.ask('backlog', fetchCall(request, limits.requestTimeoutMs))
    if (answer.code !== 0) throw errorFor(answer.code)
    let hasBrought = false
    for (const partition of answer.partitions) {
      const log = ports.logs.get(nameOf(partition))
      const place = log === undefined ? undefined : places.get(log)
      if (log === undefined || place === undefined) continue
      if (partition.records.length > 0) queue.delete(log)
      if (ports.take(log, place.offset, partition)) hasBrought = true
    }
    return hasBrought
  }

  const stop = startLoop(ports, 'backlog', bell, async () => {
    const round = plan()
    if (round.places.size === 0) return 'idle'
    const hasBrought = await ask(round)
    if (hasBrought || round.waitMs > 0) await endOfTurn()
    else await sleep(ports.scheduler, nothingPauseMs)
    return 'again'
  })

  return {
    demand(log) {
      queue.add(log)
      bell.ring()
    },
    stop,
  }
}
