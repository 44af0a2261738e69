/**
 * One watched node of the definitions with everything below it.
 * Takes a path and what its children are. Gives the node when it appears, changes and goes, children before
 * their parent. Promises: a node without data counts as absent and its children with it (Hermes removes such
 * nodes, we leave them); `load` hears when a first look begins and when it is done.
 */
import type { Cancel } from '../time/scheduler.js'
import type { FirstLoad } from './first-load.js'
import type { ZooNode, ZooSession } from './session.js'

/** What a branch is: its own node, its children, and who is told. */
export interface BranchPlan {
  /** Null for a place that only has children. */
  readonly path: string | null
  /** Parent of the children; null for a leaf. */
  readonly childrenPath: string | null
  /** Null for a name that is none of ours. */
  child(name: string): BranchPlan | null
  /** Null when the node is gone. Never null before it was there. */
  changed(node: ZooNode | null): void
}

/** Starts to watch; the result ends it and reports nothing, since what was known still is. */
export function growBranch(session: ZooSession, load: FirstLoad, plan: BranchPlan): Cancel {
  const branch = new Branch(session, load, plan)
  branch.open()
  return () => branch.release()
}

class Branch {
  private readonly children = new Map<string, Branch>()
  private isThere = false
  private cancelNode: Cancel | null = null
  private cancelChildren: Cancel | null = null

  constructor(
    private readonly session: ZooSession,
    private readonly load: FirstLoad,
    private readonly plan: BranchPlan,
  ) {}

  open(): void {
    const { path } = this.plan
    if (path === null) return this.openChildren()
    this.cancelNode = this.watch(listener => this.session.watchData(path, listener), this.nodeSeen)
  }

  /** Watches no more and tells that all is gone. */
  close(): void {
    this.cancelNode?.()
    this.cancelNode = null
    this.gone()
  }

  /** Watches no more and tells nothing. */
  release(): void {
    this.cancelNode?.()
    this.cancelChildren?.()
    for (const child of this.children.values()) child.release()
  }

  private readonly nodeSeen = (node: ZooNode | null): void => {
    if (node === null || node.data.length === 0) return this.gone()
    const isNew = !this.isThere
    this.isThere = true
    // The children's first look begins before this node is told, so that a load never seems done in between.
    if (isNew) this.openChildren()
    this.plan.changed(node)
  }

  private gone(): void {
    this.cancelChildren?.()
    this.cancelChildren = null
    this.childrenSeen([])
    if (!this.isThere) return
    this.isThere = false
    this.plan.changed(null)
  }

  private openChildren(): void {
    const { childrenPath } = this.plan
    if (childrenPath === null) return
    this.cancelChildren = this.watch(
      listener => this.session.watchChildren(childrenPath, listener),
      this.childrenSeen,
    )
  }

  private readonly childrenSeen = (names: readonly string[] | null): void => {
    const present = new Set(names)
    for (const [name, child] of this.children) {
      if (present.has(name)) continue
      this.children.delete(name)
      child.close()
    }
    for (const name of present) {
      if (this.children.has(name)) continue
      const plan = this.plan.child(name)
      if (plan === null) continue
      const child = new Branch(this.session, this.load, plan)
      this.children.set(name, child)
      child.open()
    }
  }

  /** Watches, and ends the load's first look at the first value or with the watch. */
  private watch<T>(start: (listener: (value: T) => void) => Cancel, seen: (value: T) => void): Cancel {
    let isFirst = true
    const firstDone = (): void => {
      if (isFirst) this.load.end()
      isFirst = false
    }
    this.load.begin()
    const cancel = start(value => {
      try {
        seen(value)
      } finally {
        firstDone()
      }
    })
    return () => {
      cancel()
      firstDone()
    }
  }
}
