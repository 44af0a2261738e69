/**
 * The frontends of this installation, as they know each other through ZooKeeper.
 * Takes this frontend's id and address. Gives the live ones, itself among them, and every change.
 * Promises: with ZooKeeper away the last known fellows stay; one that stops leaves the list before it closes,
 * one that dies leaves it with its session. Bound: a node a frontend.
 */
import { createListeners } from '@iris/common/zookeeper/listeners'
import { growBranch } from '@iris/common/zookeeper/branch'
import { createFirstLoad } from '@iris/common/zookeeper/first-load'
import type { CoordinationDependencies } from '@iris/common/zookeeper/own-node'
import type { IrisPaths } from '@iris/common/zookeeper/paths'
import { createPresence, type Presence } from '@iris/common/zookeeper/presence'
import type { Cancel } from '@iris/common/time/scheduler'
import { cardData, readCard, type Fellow } from './card.js'

export interface Fellows {
  /** Shows this frontend to the others; resolves when its node is there and the others are known. */
  join(self: Fellow): Promise<void>
  /** Leaves the list; what was known of the others stays. */
  leave(): Promise<void>
  /** Watches no more. */
  stop(): void
  /** This frontend; null before it joined. */
  self(): Fellow | null
  /** Sorted by id; this one is there only while ZooKeeper shows its node. */
  all(): readonly Fellow[]
  find(id: string): Fellow | undefined
  onChange(listener: () => void): Cancel
}

/** Makes fellows that know nobody yet. */
export function createFellows(deps: CoordinationDependencies, paths: IrisPaths): Fellows {
  const listeners = createListeners<[]>(deps.log, 'fellows')
  const known = new Map<string, Fellow>()
  let sorted: readonly Fellow[] = []
  let own: Fellow | null = null
  let presence: Presence | null = null
  let cancelBranch: Cancel = () => undefined

  const learn = (id: string, fellow: Fellow | null): void => {
    if (fellow === null) known.delete(id)
    else known.set(id, fellow)
    sorted = [...known.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
    listeners.emit()
  }
  const watch = async (): Promise<void> => {
    const load = createFirstLoad()
    cancelBranch = growBranch(deps.session, load, {
      path: null,
      childrenPath: paths.frontends,
      child: id => ({
        path: paths.frontend(id),
        childrenPath: null,
        child: () => null,
        changed: node => learn(id, node === null ? null : readCard(id, node.data)),
      }),
      changed: () => undefined,
    })
    await load.whenDone()
  }

  return {
    async join(self) {
      own = self
      presence = createPresence(deps, paths.frontend(self.id), cardData(self))
      await presence.start()
      await watch()
    },
    async leave() {
      await presence?.stop()
    },
    stop: () => cancelBranch(),
    self: () => own,
    all: () => sorted,
    find: id => known.get(id),
    onChange: listener => listeners.add(listener),
  }
}
