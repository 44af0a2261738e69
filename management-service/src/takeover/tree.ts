// pure
/**
 * ZooKeeper's tree as the check has read it.
 * Takes a node. Gives its children by path, and its text as JSON.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { NodeTimes } from '@iris/common/domain/node-json'

export interface TreeNode {
  readonly data: Buffer
  readonly stat: NodeTimes
  /** It goes with the session of a process that runs. */
  readonly isEphemeral: boolean
  readonly children: ReadonlyMap<string, TreeNode>
}

/** The children at a path below a node, by name; none where the path is missing. */
export function childrenOf(
  node: TreeNode | undefined,
  ...path: readonly string[]
): readonly [string, TreeNode][] {
  let at = node
  for (const name of path) at = at?.children.get(name)
  return [...(at?.children ?? [])].sort(([one], [other]) => (one < other ? -1 : 1))
}

/** The JSON object in a node, or null. */
export function jsonOf({ data }: TreeNode): JsonObject | null {
  try {
    const json: unknown = JSON.parse(data.toString('utf8'))
    return isJsonObject(json) ? json : null
  } catch {
    return null // it holds something else, which the caller reports
  }
}
