/**
 * Who is alive: one ephemeral node an instance.
 * Takes a session and what this instance says of itself. Gives the live instances and every change of them.
 * Promises: an instance is listed in each of its sessions; one that ends leaves the list at once.
 */
import type { Cancel } from '@iris/common/time/scheduler'
import type { CoordinationDependencies } from '@iris/common/zookeeper/own-node'
import { parentOf } from '@iris/common/zookeeper/paths'
import { createPresence } from '@iris/common/zookeeper/presence'

/** What an instance says of itself in its node. */
export interface InstanceCard {
  readonly host: string
  readonly pid: number
  /** Where its status pages are. */
  readonly url: string
  readonly startedMs: number
  /** Of Iris, for who looks at it from outside. */
  readonly version: string
}

export interface Membership {
  start(): Promise<void>
  stop(): Promise<void>
  /** Live instances, sorted; empty while they are not known yet. */
  instances(): readonly string[]
  onChange(listener: () => void): Cancel
}

/** Makes the membership of one instance; `path` is its node, whose name is the instance's id. */
export function createMembership(
  deps: CoordinationDependencies,
  path: string,
  card: InstanceCard,
): Membership {
  const presence = createPresence(deps, path, Buffer.from(JSON.stringify(card)))
  const listeners = new Set<() => void>()
  let cancelWatch: Cancel = () => undefined
  let instances: readonly string[] = []

  return {
    async start() {
      await presence.start()
      cancelWatch = deps.session.watchChildren(parentOf(path), names => {
        instances = [...(names ?? [])].sort()
        for (const listener of listeners) listener()
      })
    },
    async stop() {
      cancelWatch()
      await presence.stop()
    },
    instances: () => instances,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
