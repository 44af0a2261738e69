/**
 * The tree below a root, read and never written.
 * Takes a session of which it can only read. Gives all nodes with their data.
 * Bounds: `readsMax` reads at a time, `nodesMax` nodes, beyond which it gives up with a sentence; branches of
 * Hermes' and Iris' own work are named and not entered.
 */
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { TreeNode } from './tree.js'

/** What can be asked; nothing here writes. */
export type TreeReader = Pick<ZooSession, 'read' | 'children'>

const readsMax = 64
const nodesMax = 1_000_000
/** Their children say nothing about definitions, and may be many. */
const notEntered = new Set([
  'iris',
  'metrics',
  'consumers-workload',
  'consumers-rate',
  'offline-retransmission',
])

interface Growing extends TreeNode {
  readonly children: Map<string, TreeNode>
}

/** Reads everything; null where there is no such root. */
export async function readTree(reader: TreeReader, root: string): Promise<TreeNode | null> {
  const waiting: { readonly path: string; readonly into: Growing }[] = []
  let nodes = 0

  const readNode = async (path: string, name: string): Promise<Growing | null> => {
    const node = await reader.read(path)
    if (node === null) return null
    if (++nodes > nodesMax) throw new Error(`${root} has more than ${nodesMax} nodes`)
    const { data, stat } = node
    const grown = {
      data,
      stat,
      isEphemeral: stat.ephemeralOwner !== '',
      children: new Map<string, TreeNode>(),
    }
    if (stat.childrenCount > 0 && !notEntered.has(name)) waiting.push({ path, into: grown })
    return grown
  }
  const enter = async ({ path, into }: { readonly path: string; readonly into: Growing }): Promise<void> => {
    for (const name of (await reader.children(path)) ?? []) {
      const child = await readNode(`${path}/${name}`, name)
      if (child !== null) into.children.set(name, child)
    }
  }

  const top = await readNode(root, '')
  if (top === null) return null
  // In rounds: what one round finds below itself is the next one's.
  while (waiting.length > 0) await Promise.all(waiting.splice(0, readsMax).map(enter))
  return top
}
