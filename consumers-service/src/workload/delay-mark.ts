/**
 * The word that a subscription has a delay topic: a node of ours in ZooKeeper.
 * Takes a session and the node's path. Gives the number of the topic's partitions to whoever runs a slot of
 * the subscription. Promises: it is there before the first record is; it stays when the policy changes, since
 * records may still lie there, and goes with the subscription.
 */
import type { Cancel } from '@iris/common/time/scheduler'
import { parentOf } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError } from '@iris/common/zookeeper/zoo-errors'

/** More than any version of Iris ever made; beyond it the node is none of ours. */
const partitionsMax = 64

/** Writes it; one that is there stays. */
export async function markDelay(
  session: Pick<ZooSession, 'ensure' | 'create'>,
  path: string,
  partitions: number,
): Promise<void> {
  await session.ensure(parentOf(path))
  try {
    await session.create(path, Buffer.from(JSON.stringify({ partitions })))
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}

/** Calls `listener` with the number of partitions, 0 while there is no delay topic, at every change. */
export function watchDelay(
  session: Pick<ZooSession, 'watchData'>,
  path: string,
  listener: (partitions: number) => void,
): Cancel {
  return session.watchData(path, node => listener(node === null ? 0 : partitionsIn(node.data)))
}

function partitionsIn(data: Buffer): number {
  try {
    const { partitions } = JSON.parse(data.toString('utf8')) as { partitions?: unknown }
    const isOurs = typeof partitions === 'number' && Number.isInteger(partitions)
    return isOurs && partitions > 0 && partitions <= partitionsMax ? partitions : 0
  } catch {
    return 0
  }
}
