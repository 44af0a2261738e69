/**
 * Who is alive: one ephemeral node an instance.
 * Takes a session and what this instance says of itself. Gives the live instances and every change of them.
 * Promises: the node is made again in each new session; an instance that ends takes its node with it at once.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { parentOf } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'

/** What an instance says of itself in its node. */
export interface InstanceCard {
  readonly host: string
  readonly pid: number
  /** Where its status pages are. */
  readonly url: string
  readonly startedMs: number
}

export interface Membership {
  start(): Promise<void>
  stop(): Promise<void>
  /** Live instances, sorted; empty while they are not known yet. */
  instances(): readonly string[]
  onChange(listener: () => void): Cancel
}

export interface MembershipDependencies {
  readonly session: ZooSession
  readonly log: Log
  readonly scheduler: Scheduler
}

/** Between tries to make the node while ZooKeeper does not answer. */
const retryMs = 500

/** Makes the membership of one instance; `path` is its node, whose name is the instance's id. */
export function createMembership(deps: MembershipDependencies, path: string, card: InstanceCard): Membership {
  const { session, log, scheduler } = deps
  const parent = parentOf(path)
  const listeners = new Set<() => void>()
  const cancels: Cancel[] = []
  let instances: readonly string[] = []
  let isStopped = false
  let isJoining = false

  const join = async (): Promise<void> => {
    if (isStopped || isJoining) return
    isJoining = true
    try {
      await makeNode(session, path, Buffer.from(JSON.stringify(card)))
    } catch (error) {
      log.warn('membership.joinFailed', { path, error })
      if (!isStopped) cancels.push(scheduler.after(retryMs, () => void join()))
    } finally {
      isJoining = false
    }
  }

  return {
    async start() {
      await session.ensure(parent)
      await makeNode(session, path, Buffer.from(JSON.stringify(card)))
      cancels.push(
        session.onSession(event => {
          if (event === 'new') void join()
        }),
        session.watchChildren(parent, names => {
          instances = [...(names ?? [])].sort()
          for (const listener of listeners) listener()
        }),
      )
    },
    async stop() {
      isStopped = true
      for (const cancel of cancels) cancel()
      await session.remove(path)
    },
    instances: () => instances,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Makes the node in this session; one that an earlier session of ours left is replaced. */
async function makeNode(session: ZooSession, path: string, data: Buffer): Promise<void> {
  const present = await session.read(path)
  if (present?.stat.ephemeralOwner === session.sessionId()) return
  await session.transaction([
    ...(present === null ? [] : [{ kind: 'remove', path } as const]),
    { kind: 'create', path, data, mode: 'ephemeral' },
  ])
}
