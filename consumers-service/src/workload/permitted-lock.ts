/**
 * The lock of a partition, held only while its subscription may run.
 * Takes how to acquire it and the subscription's node. Gives the lock, or gives it back and says why.
 * Promises: nobody sends after a suspension was answered. Management writes SUSPENDED and then waits until no
 * lock is left; a lock made after that write is followed by this look, which therefore sees it (ZooKeeper
 * orders both).
 */
import type { Lock } from '@iris/common/zookeeper/lock'
import type { ZooSession } from '@iris/common/zookeeper/session'

/**
 * Acquires, looks at the subscription as it is in ZooKeeper now, and releases again where it must not run.
 */
export async function acquirePermitted(
  acquire: () => Promise<Lock>,
  session: Pick<ZooSession, 'read'>,
  subscriptionPath: string,
): Promise<Lock> {
  const lock = await acquire()
  try {
    const node = await session.read(subscriptionPath)
    const refusal = node === null ? 'it was removed' : isSuspended(node.data) ? 'it is suspended' : null
    if (refusal === null) return lock
    throw new Error(`The subscription must not run: ${refusal}`)
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A node that cannot be read is the catalogue's to judge, with the same outcome on every look. */
function isSuspended(data: Buffer): boolean {
  try {
    return (JSON.parse(data.toString('utf8')) as { state?: unknown } | null)?.state === 'SUSPENDED'
  } catch {
    return false
  }
}
