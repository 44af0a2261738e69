/**
 * What this instance is to run, as the leader last wrote it.
 * Takes a session and the instance's node. Gives its slots and every change of them.
 * Promises: with ZooKeeper away, or a node that cannot be read, the last known slots stay.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { decodeAssignment, type SlotsById } from './assignment-node.js'

export interface OwnAssignment {
  slots(): SlotsById
  stop(): void
}

/** Follows the node at `path`; `changed` is called with the new slots. */
export function followAssignment(
  deps: { readonly session: ZooSession; readonly log: Log },
  path: string,
  changed: (slots: SlotsById) => void,
): OwnAssignment {
  let slots: SlotsById = new Map()
  const cancel: Cancel = deps.session.watchData(path, node => {
    const next = node === null ? new Map() : decodeAssignment(node.data)
    if (next === undefined) {
      deps.log.error('assignment.unreadable', { path })
      return
    }
    slots = next
    changed(slots)
  })
  return { slots: () => slots, stop: cancel }
}
