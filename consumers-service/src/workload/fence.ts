// pure
/**
 * The stop of an owner that has not heard from ZooKeeper for so long that another may own its partitions.
 * Takes the session and the share of its length, in percent. Gives why nothing may be sent now, or null.
 */
import type { ZooSession } from '@iris/common/zookeeper/session'

/** Makes the fence. */
export function createFence(
  session: Pick<ZooSession, 'silentMs' | 'sessionTimeoutMs'>,
  sharePercent: number,
): () => string | null {
  return () =>
    session.silentMs() < (session.sessionTimeoutMs() * sharePercent) / 100
      ? null
      : 'ZooKeeper is silent: others may own what is delivered here by now'
}
