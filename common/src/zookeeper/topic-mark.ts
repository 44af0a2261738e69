/**
 * The word that a Kafka topic of ours, made at first need, is there: a node of ours in ZooKeeper.
 * Takes a session and the node's path. Gives the number of the topic's partitions to whoever reads it.
 * Promises: it is there before the first record is; it stays as long as records may lie there.
 */
import type { Cancel } from '../time/scheduler.js'
import { parentOf } from './paths.js'
import type { ZooSession } from './session.js'
import { NodeExistsError } from './zoo-errors.js'

/** More than any version of Iris ever made; beyond it the node is none of ours. */
const partitionsMax = 1_000

/** Writes it; one that is there stays. */
export async function markTopic(
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

/** Calls `listener` with the number of partitions, 0 while there is no such topic, at every change. */
export function watchTopicMark(
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
