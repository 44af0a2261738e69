/**
 * The numbers under which the owner of a shard writes its log: one producer id for ever, an epoch an owner.
 * Takes the shard's node. Gives the numbers of the next owner, written down before they are used.
 * Promises: no two owners have the same numbers; who was overtaken meanwhile is refused.
 */
import type { GivenId } from '@iris/common/kafka/producer-identity'
import type { ZooSession } from '@iris/common/zookeeper/session'

/** Numbers of an owner. */
export interface OwnerNumbers {
  readonly id: GivenId
  /** An earlier id that must be shut out besides, under its last epoch; null nearly always. */
  readonly closing: GivenId | null
}

/** Epochs are 16-bit numbers; the last shuts an id out for good. */
const epochMax = 0x7ffe

/** Raises the epoch in the node at `path`. Rejects when another owner has done so in between. */
export async function raiseEpoch(
  session: Pick<ZooSession, 'read' | 'write' | 'ensure'>,
  path: string,
  ask: () => Promise<GivenId>,
): Promise<OwnerNumbers> {
  let node = await session.read(path)
  if (node === null) {
    await session.ensure(path)
    node = await session.read(path)
  }
  if (node === null) throw new Error(`${path} was removed from ZooKeeper`)
  const before = readNumbers(node.data)
  const isUsedUp = before !== null && before.producerEpoch >= epochMax
  const id: GivenId =
    before === null || isUsedUp ? await ask() : { ...before, producerEpoch: before.producerEpoch + 1 }
  await session.write(path, Buffer.from(JSON.stringify(id)), node.stat.version)
  return { id, closing: isUsedUp ? { ...before, producerEpoch: epochMax + 1 } : null }
}

/** Null in a new node. Whatever else is no numbers is an error: guessing could let two owners write. */
function readNumbers(data: Buffer): GivenId | null {
  if (data.length === 0) return null
  const { producerId, producerEpoch } = JSON.parse(data.toString('utf8')) as Partial<GivenId>
  if (!Number.isSafeInteger(producerId) || !Number.isSafeInteger(producerEpoch))
    throw new Error(`"${data.toString('utf8')}" are no producer numbers`)
  return { producerId: Number(producerId), producerEpoch: Number(producerEpoch) }
}
