/**
 * One change after the other to one thing, over all management processes.
 * Takes the name of a thing and a change. Gives the change's result. Promises: within the process changes
 * queue; between processes an ephemeral node below `iris/management/changes` decides: it goes with its
 * change, also when its creation was never answered, and with its session. Refuses with `CONFLICT` after
 * `turnMs`.
 */
import { refusal } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { DeadlineExceeded, sleep, withDeadline } from '@iris/common/time/scheduler'
import { removeOwnNode, type CoordinationDependencies } from '@iris/common/zookeeper/own-node'
import { parentOf, type ZooPaths } from '@iris/common/zookeeper/paths'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { ChangeGuard } from './ports.js'
import { asRefusal, isOutcomeUnknown, orRefuse } from './zookeeper-failures.js'

/** How long a change waits for another process' change to the same thing. */
const turnMs = 5_000
const askAgainMs = 50
/** How long the answer to a finished change waits for its node to go. */
const releaseMs = 2_000
/** Changes of one thing that may wait in this process. */
const waitingMax = 100

type Parts = CoordinationDependencies & {
  readonly clock: Clock
  /** Nodes of ours whose removal is not confirmed yet, by path; each ends with its session at the latest. */
  readonly leaving: Map<string, Promise<void>>
}

/** Makes the guard. */
export function createChangeGuard(deps: Omit<Parts, 'leaving'>, paths: ZooPaths): ChangeGuard {
  const parts: Parts = { ...deps, leaving: new Map() }
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
async function take(parts: Parts, path: string, thing: string): Promise<string> {
  const { session, scheduler, clock } = parts
  const until = clock.monotonic() + turnMs
  await previousGone(parts, path, thing)
  for (;;) {
    try {
      await session.create(path, Buffer.alloc(0), 'ephemeral')
      return session.sessionId()
    } catch (error) {
      if (error instanceof NoNodeError) {
        await orRefuse(session.ensure(parentOf(path)))
        continue
      }
      // The node may be there, and nobody else can remove it while this session lives.
      if (isOutcomeUnknown(error)) await release(parts, path, session.sessionId())
      if (!(error instanceof NodeExistsError)) throw asRefusal(error)
    }
    const node = await orRefuse(session.read(path))
    // Left by a removal that ZooKeeper refused: this process has no other change to the thing.
    if (node !== null && node.stat.ephemeralOwner === session.sessionId()) return session.sessionId()
    if (clock.monotonic() > until) throw busy(thing)
    await sleep(scheduler, askAgainMs)
  }
}

/** A removal under way would take the node of the next change with it. */
async function previousGone({ leaving, scheduler }: Parts, path: string, thing: string): Promise<void> {
  const removal = leaving.get(path)
  if (removal === undefined) return
  try {
    await withDeadline(scheduler, turnMs, `the end of the last change to ${thing}`, removal)
  } catch (error) {
    // What else can go wrong was told by the change it belongs to.
    if (error instanceof DeadlineExceeded) throw refusal('STORAGE_UNAVAILABLE', { problem: error.message })
  }
}

/**
 * The change is done, or was never begun, whatever becomes of its node: without ZooKeeper's word it goes with
 * the session.
 */
async function release(parts: Parts, path: string, sessionId: string): Promise<void> {
  const removal = removeOwnNode(parts, path, sessionId).finally(() => parts.leaving.delete(path))
  parts.leaving.set(path, removal)
  try {
    await withDeadline(parts.scheduler, releaseMs, `release of ${path}`, removal)
  } catch (error) {
    parts.log.warn('management.changeNotReleased', { path, error })
  }
}

function busy(thing: string): Error {
  return refusal('CONFLICT', { problem: `Another change to ${thing} is still under way; try again` })
}
