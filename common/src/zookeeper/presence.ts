/**
 * This process, shown to the others by an ephemeral node of its own.
 * Takes the node's path and data. Gives start and stop.
 * Promises: the node is made again in each new session; what an earlier session of ours left is replaced; a
 * stop takes the node away at once.
 */
import type { Cancel } from '../time/scheduler.js'
import type { CoordinationDependencies } from './own-node.js'
import { parentOf } from './paths.js'
import type { ZooSession } from './session.js'

export interface Presence {
  /** Resolves when the node is there. */
  start(): Promise<void>
  /** Resolves when the node is gone. */
  stop(): Promise<void>
}

/** Between tries to make the node while ZooKeeper does not answer. */
const retryMs = 500

/** Makes a presence that is not shown yet. The path's last name is this process' own. */
export function createPresence(deps: CoordinationDependencies, path: string, data: Buffer): Presence {
  const { session, log, scheduler } = deps
  let cancelSession: Cancel = () => undefined
  let cancelRetry: Cancel = () => undefined
  let isStopped = false
  let isJoining = false

  const join = async (): Promise<void> => {
    if (isStopped || isJoining) return
    isJoining = true
    try {
      await makeNode(session, path, data)
    } catch (error) {
      log.warn('presence.joinFailed', { path, error })
      if (!isStopped) cancelRetry = scheduler.after(retryMs, () => void join())
    } finally {
      isJoining = false
    }
  }

  return {
    async start() {
      await session.ensure(parentOf(path))
      await makeNode(session, path, data)
      cancelSession = session.onSession(event => {
        if (event === 'new') void join()
      })
    },
    async stop() {
      isStopped = true
      cancelSession()
      cancelRetry()
      await session.remove(path)
    },
  }
}

/** Makes the node in this session. */
async function makeNode(session: ZooSession, path: string, data: Buffer): Promise<void> {
  const present = await session.read(path)
  if (present?.stat.ephemeralOwner === session.sessionId()) return
  await session.transaction([
    ...(present === null ? [] : [{ kind: 'remove', path } as const]),
    { kind: 'create', path, data, mode: 'ephemeral' },
  ])
}
