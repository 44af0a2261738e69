/**
 * Faults of ZooKeeper: killed for three sessions and back on the same data, and frozen (B2, B3).
 * Publishing and unordered delivery go on meanwhile; ordered subscriptions stop and come back.
 */
import { sessionMs } from '../stack.js'
import type { Fault } from './fault.js'

const sessionsAway = 3

/** SIGKILL, and back after three sessions. */
export const zookeeperStop: Fault = {
  kind: 'zookeeper-stop',
  hits: 'zookeeper',
  lengthMs: [sessionsAway * sessionMs, sessionsAway * sessionMs],
  weight: 1,
  async begin({ zookeeper }) {
    await zookeeper.kill()
    return { target: 0, what: 'ZooKeeper', heal: () => zookeeper.start() }
  },
}

/** SIGSTOP for less and for more than a session. */
export const zookeeperPause: Fault = {
  kind: 'zookeeper-pause',
  hits: 'zookeeper',
  lengthMs: [sessionMs / 2, sessionMs * 2],
  weight: 1,
  begin({ zookeeper }) {
    zookeeper.pause()
    return Promise.resolve({ target: 0, what: 'ZooKeeper', heal: () => Promise.resolve(zookeeper.resume()) })
  },
}
