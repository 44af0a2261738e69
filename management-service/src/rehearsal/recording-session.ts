/**
 * A ZooKeeper session that writes nothing: what would be written is remembered, and read back from memory.
 * Takes a session. Gives one that reads through it, and the nodes that would be others than they are.
 * Promises: refuses what ZooKeeper would refuse: nodes that exist or do not, versions, children.
 */
import type { CreateMode } from '@iris/common/zookeeper/calls'
import { parentOf } from '@iris/common/zookeeper/paths'
import type { ZooNode, ZooOperation, ZooSession } from '@iris/common/zookeeper/session'
import { zooError } from '@iris/common/zookeeper/zoo-errors'

/** A node that would be another one; null where it is not there. */
export interface NodeChange {
  readonly path: string
  readonly before: ZooNode | null
  readonly after: ZooNode | null
}

export interface RecordingSession {
  readonly session: ZooSession
  /** In the order of the first change of each node; those that end as they were are left out. */
  changes(): readonly NodeChange[]
}

/** What ZooKeeper calls these refusals. */
const codes = { noNode: -101, badVersion: -103, nodeExists: -110, notEmpty: -111 } as const
const anyVersion = -1
const ownSession = 'rehearsal'
const firstNumber = '0000000000'

type Overlay = Map<string, ZooNode | null>

/** Makes it; nothing is read yet. */
export function createRecordingSession(real: ZooSession, nowMs: number): RecordingSession {
  const before = new Map<string, ZooNode | null>()
  let overlay: Overlay = new Map()

  const read = async (over: Overlay, path: string): Promise<ZooNode | null> => {
    const known = over.get(path)
    if (known !== undefined) return known
    if (!before.has(path)) before.set(path, await real.read(path))
    return before.get(path) ?? null
  }
  const children = async (path: string): Promise<readonly string[] | null> => {
    if ((await read(overlay, path)) === null) return null
    const names = new Set(await real.children(path))
    for (const [each, node] of overlay) {
      if (parentOf(each) !== path) continue
      const name = each.slice(each.lastIndexOf('/') + 1)
      if (node === null) names.delete(name)
      else names.add(name)
    }
    return [...names]
  }
  const present = async (over: Overlay, path: string, version: number): Promise<ZooNode> => {
    const node = await read(over, path)
    if (node === null) throw zooError(codes.noNode, path)
    if (version !== anyVersion && version !== node.stat.version) throw zooError(codes.badVersion, path)
    return node
  }
  const apply = async (over: Overlay, operation: ZooOperation): Promise<void> => {
    const { path } = operation
    const version = operation.kind === 'create' ? anyVersion : (operation.version ?? anyVersion)
    if (operation.kind === 'create') {
      if ((await read(over, path)) !== null) throw zooError(codes.nodeExists, path)
      if (parentOf(path) !== '/') await present(over, parentOf(path), anyVersion)
      over.set(path, newNode(operation.data ?? Buffer.alloc(0), operation.mode ?? 'persistent', nowMs))
    } else if (operation.kind === 'write') {
      const node = await present(over, path, version)
      const stat = { ...node.stat, version: node.stat.version + 1, mtimeMs: nowMs }
      over.set(path, { data: operation.data, stat })
    } else if (operation.kind === 'remove') {
      await present(over, path, version)
      over.set(path, null)
    } else await present(over, path, version)
  }
  /** A node with children stays; those that the same transaction removes have gone by then. */
  const checkEmpty = async (path: string): Promise<void> => {
    if (((await children(path)) ?? []).length > 0) throw zooError(codes.notEmpty, path)
  }
  const transaction = async (operations: readonly ZooOperation[]): Promise<void> => {
    const kept = overlay
    overlay = new Map(kept)
    try {
      for (const operation of operations) {
        if (operation.kind === 'remove') await checkEmpty(operation.path)
        await apply(overlay, operation)
      }
    } catch (error) {
      overlay = kept
      throw error
    }
  }
  const session: ZooSession = {
    ...real,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    sessionId: () => ownSession,
    read: path => read(overlay, path),
    children,
    async create(path, data, mode = 'persistent') {
      const made = mode === 'persistent' || mode === 'ephemeral' ? path : path + firstNumber
      await transaction([{ kind: 'create', path: made, data, mode }])
      return made
    },
    async ensure(path) {
      if (path === '/' || (await read(overlay, path)) !== null) return
      await session.ensure(parentOf(path))
      await transaction([{ kind: 'create', path }])
    },
    async write(path, data, version = anyVersion) {
      await transaction([{ kind: 'write', path, data, version }])
      return (await present(overlay, path, anyVersion)).stat
    },
    remove: (path, version = anyVersion) => transaction([{ kind: 'remove', path, version }]),
    transaction,
  }
  return {
    session,
    changes: () =>
      [...overlay].flatMap(([path, after]) => {
        const was = before.get(path) ?? null
        return isSame(was, after) ? [] : [{ path, before: was, after }]
      }),
  }
}

function isSame(before: ZooNode | null, after: ZooNode | null): boolean {
  if (before === null || after === null) return before === after
  return before.data.equals(after.data)
}

function newNode(data: Buffer, mode: CreateMode, nowMs: number): ZooNode {
  const ephemeralOwner = mode.startsWith('ephemeral') ? ownSession : ''
  const stat = { czxid: 0, mzxid: 0, version: 0, ctimeMs: nowMs, mtimeMs: nowMs, childrenCount: 0 }
  return { data, stat: { ...stat, ephemeralOwner } }
}
