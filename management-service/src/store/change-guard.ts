/**
 * One change after the other to one thing, over all management processes.
 * Takes the name of a thing and a change. Gives the change's result. Promises: within the process changes
 * queue; between processes an ephemeral node below `iris/management/changes` decides, so that a process that
 * dies holds nothing up beyond its session. Refuses with `CONFLICT` after `turnMs`.
 */
import { refusal } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { sleep, withDeadline } from '@iris/common/time/scheduler'
import { removeOwnNode, type CoordinationDependencies } from '@iris/common/zookeeper/own-node'
import { parentOf, type ZooPaths } from '@iris/common/zookeeper/paths'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { ChangeGuard } from './ports.js'
import { asRefusal, orRefuse } from './zookeeper-failures.js'

/** How long a change waits for another process' change to the same thing. */
const turnMs = 5_000
const askAgainMs = 50
/** How long the answer to a finished change waits for its node to go. */
const releaseMs = 2_000
/** Changes of one thing that may wait in this process. */
const waitingMax = 100

type Parts = CoordinationDependencies & { readonly clock: Clock }

/** Makes the guard. */
export function createChangeGuard(parts: Parts, paths: ZooPaths): ChangeGuard {
  const queues = new Map<string, { last: Promise<unknown>; length: number }>()

  const guarded = async <T>(thing: string, change: () => Promise<T>): Promise<T> => {
    const path = `${paths.iris.root}/management/changes/${thing}`
    const sessionId = await take(parts, path, thing)
    try {
      return await change()
    } finally {
      await release(parts, path, sessionId)
    }
  }

  return {
    async exclusively<T>(thing: string, change: () => Promise<T>): Promise<T> {
      const queue = queues.get(thing) ?? { last: Promise.resolve(), length: 0 }
      if (queue.length >= waitingMax) throw busy(thing)
      queues.set(thing, queue)
      queue.length++
      const mine = queue.last.then(() => guarded(thing, change))
      queue.last = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        if (--queue.length === 0) queues.delete(thing)
      }
    },
  }
}

/** Makes the node and gives the session that owns it. */
async function take({ session, scheduler, clock }: Parts, path: string, thing: string): Promise<string> {
  const until = clock.monotonic() + turnMs
  for (;;) {
    const sessionId = session.sessionId()
    try {
      await session.create(path, Buffer.alloc(0), 'ephemeral')
      return sessionId
    } catch (error) {
      if (error instanceof NoNodeError) {
        await orRefuse(session.ensure(parentOf(path)))
        continue
      }
      if (!(error instanceof NodeExistsError)) throw asRefusal(error)
    }
    const node = await orRefuse(session.read(path))
    // Made by a call of ours whose answer was lost: this process has no other change to the thing.
    if (node !== null && node.stat.ephemeralOwner === session.sessionId()) return session.sessionId()
    if (clock.monotonic() > until) throw busy(thing)
    await sleep(scheduler, askAgainMs)
  }
}

/** The change is done, whatever becomes of its node: without ZooKeeper's word it goes with the session. */
async function release(parts: Parts, path: string, sessionId: string): Promise<void> {
  try {
    const removal = removeOwnNode(parts, path, sessionId)
    await withDeadline(parts.scheduler, releaseMs, `release of ${path}`, removal)
  } catch (error) {
    parts.log.warn('management.changeNotReleased', { path, error })
  }
}

function busy(thing: string): Error {
  return refusal('CONFLICT', { problem: `Another change to ${thing} is still under way; try again` })
}
