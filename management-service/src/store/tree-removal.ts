/**
 * The removal of a node with everything below it, in one transaction.
 * Takes a path and a rule for nodes that must not be removed. Gives how it ended. Promises: all or nothing. A
 * child that appears meanwhile (counters of frontends and consumers do) means another try, `triesMax` at
 * most; a child under the rule means `notEmpty`; with a version, that one of `path` or none. Bound:
 * `operationsMax` nodes.
 */
import { refusal } from '@iris/common/errors/hermes-error'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { operationsMax } from '@iris/common/zookeeper/transaction'
import { NoNodeError, NotEmptyError } from '@iris/common/zookeeper/zoo-errors'
import type { Removed } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const triesMax = 5

/** Removes `path` and what is below it, unless `isKept` is true for a node there. */
export async function removeTree(
  session: ZooSession,
  path: string,
  isKept: (path: string) => boolean,
  version?: number,
): Promise<Removed> {
  for (let tries = 0; tries < triesMax; tries++) {
    const children = await childrenFirst(session, path)
    if (children === null) return 'missing'
    if (children.some(isKept)) return 'notEmpty'
    try {
      const removals = children.map(each => ({ kind: 'remove', path: each }) as const)
      await orRefuse(
        session.transaction(
          version === undefined ? removals : [...removals.slice(0, -1), { kind: 'remove', path, version }],
        ),
      )
      return 'removed'
    } catch (error) {
      if (!(error instanceof NotEmptyError) && !(error instanceof NoNodeError)) throw error
    }
  }
  throw refusal('CONFLICT', {
    problem: `${path} in ZooKeeper keeps changing; nothing was removed, try again`,
  })
}

/** The paths below and including `path`, every node after its children; null when it is not there. */
async function childrenFirst(session: ZooSession, path: string): Promise<string[] | null> {
  const names = await orRefuse(session.children(path))
  if (names === null) return null
  const found: string[] = []
  for (const name of names) found.push(...((await childrenFirst(session, `${path}/${name}`)) ?? []))
  if (found.length >= operationsMax) {
    const problem = `${path} in ZooKeeper has more than ${operationsMax} nodes below it; nothing was removed`
    throw refusal('INTERNAL_ERROR', { problem })
  }
  return [...found, path]
}
