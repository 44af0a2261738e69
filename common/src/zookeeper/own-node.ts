/**
 * Removal of a node that one of our sessions made.
 * Takes its path and that session. Gives a promise that ends when the node is surely gone, or surely not
 * ours. Promises: goes on until the server has confirmed or the session is over, whichever comes first; both
 * remove the node.
 */
import type { Log } from '../lifecycle/log.js'
import { sleep, type Scheduler } from '../time/scheduler.js'
import type { ZooSession } from './session.js'
import { NoNodeError, SessionEndedError, ZooUnavailableError } from './zoo-errors.js'

/** What coordination through ZooKeeper needs. */
export interface CoordinationDependencies {
  readonly session: ZooSession
  readonly log: Log
  readonly scheduler: Scheduler
}

/** Between tries after ZooKeeper was not there for one. */
export const retryMs = 250

/** Removes the node if that session made it. */
export async function removeOwnNode(
  { session, log, scheduler }: CoordinationDependencies,
  path: string,
  sessionId: string,
): Promise<void> {
  while (sessionId !== '' && session.sessionId() === sessionId) {
    try {
      const node = await session.read(path)
      if (node?.stat.ephemeralOwner !== sessionId) return
      await session.remove(path, -1, sessionId)
      return
    } catch (error) {
      if (error instanceof NoNodeError || error instanceof SessionEndedError) return
      if (!(error instanceof ZooUnavailableError)) throw error
      log.warn('zookeeper.removalDelayed', { path, error })
    }
    await sleep(scheduler, retryMs)
  }
}
