/**
 * Many nodes at once, for tests of scale.
 * Takes paths, parents before children. Gives them in ZooKeeper, a few hundred a transaction.
 */
import type { ZooSession } from '../session.js'

const nodesPerTransaction = 400

/** Creates all of them with the same data. */
export async function plant(session: ZooSession, paths: readonly string[], data: Buffer): Promise<void> {
  for (let from = 0; from < paths.length; from += nodesPerTransaction) {
    const some = paths.slice(from, from + nodesPerTransaction)
    await session.transaction(some.map(path => ({ kind: 'create', path, data })))
  }
}
