/**
 * The ends of all partitions a broker leads, watched over several connections.
 * Takes logs. Gives each to one long poll, partitions of a topic together where there is room.
 * Promises: a new record costs the broker work for the partitions of one session only: Kafka goes through all
 * partitions of a poll whenever one of them has news, and a session of a thousand makes that 10 to 20 ms
 * (measured).
 */
import type { FetchPorts } from './fetch-loop.js'
import { startTailLoop, type TailLoop } from './fetch-tail.js'
import type { PartitionLog } from './partition-log.js'

/** Partitions of a session while more sessions may be opened. */
const sessionPartitionsMax = 50
/** Sessions, each with a connection of its own; beyond that they grow. */
const sessionsMax = 32

interface Session {
  readonly loop: TailLoop
  readonly topics: Map<string, number>
  size: number
}

/** Starts with no session; each begins with its first log. */
export function createTails(ports: FetchPorts): TailLoop {
  const sessions: Session[] = []
  const places = new Map<PartitionLog, Session>()

  const open = (): Session => {
    const session = {
      loop: startTailLoop(ports, sessions.length),
      topics: new Map<string, number>(),
      size: 0,
    }
    sessions.push(session)
    return session
  }
  const choose = (topic: string): Session => {
    const roomy = sessions.filter(({ size }) => size < sessionPartitionsMax)
    const known = roomy.find(({ topics }) => topics.has(topic))
    if (known !== undefined) return known
    if (roomy.length === 0 && sessions.length < sessionsMax) return open()
    return (roomy.length > 0 ? roomy : sessions).reduce((least, one) => (one.size < least.size ? one : least))
  }
  const enter = (log: PartitionLog): Session => {
    const { topic } = log.place
    const session = choose(topic)
    session.size += 1
    session.topics.set(topic, (session.topics.get(topic) ?? 0) + 1)
    places.set(log, session)
    return session
  }

  return {
    demand(log) {
      const session = places.get(log) ?? enter(log)
      session.loop.demand(log)
    },
    isWatching: log => places.get(log)?.loop.isWatching(log) ?? false,
    leave(log) {
      const session = places.get(log)
      if (session === undefined) return
      const { topic } = log.place
      const others = (session.topics.get(topic) ?? 1) - 1
      if (others > 0) session.topics.set(topic, others)
      else session.topics.delete(topic)
      session.size -= 1
      places.delete(log)
      session.loop.leave(log)
    },
    stop() {
      for (const { loop } of sessions) loop.stop()
    },
  }
}
