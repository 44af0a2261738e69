/**
 * The step from PENDING to ACTIVE.
 * Takes a subscription whose first partition runs here. Gives its definition with the state ACTIVE, all else
 * untouched. Promises: writes only over the very definition it read; if somebody was quicker, theirs stays.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'

/** Writes ACTIVE where PENDING stands. Best effort: the next owner does it otherwise. */
export async function activate(
  deps: { readonly session: ZooSession; readonly log: Log },
  path: string,
): Promise<void> {
  const { session, log } = deps
  try {
    const node = await session.read(path)
    const definition =
      node === null ? null : (JSON.parse(node.data.toString('utf8')) as Record<string, unknown>)
    if (node === null || definition === null || (definition['state'] ?? 'PENDING') !== 'PENDING') return
    const data = Buffer.from(JSON.stringify({ ...definition, state: 'ACTIVE' }))
    await session.write(path, data, node.stat.version)
    log.info('subscription.activated', { path })
  } catch (error) {
    if (error instanceof BadVersionError || error instanceof NoNodeError) return
    log.warn('subscription.notActivated', { path, error })
  }
}
