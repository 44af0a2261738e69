/**
 * Orders to read on from another offset: a node a partition, as Hermes' retransmission writes it.
 * Takes the node above the partitions of a subscription. Gives the orders that stand there, and removes one
 * that was carried out. Promises: an order that took the place of another is never removed for it.
 * Bound: `readsMax` reads at a time.
 */
import type { ZooSession } from './session.js'
import { BadVersionError, NoNodeError } from './zoo-errors.js'

/** One order. */
export interface MoveOrder {
  readonly partition: number
  /** Where to read on. */
  readonly offset: number
  readonly path: string
  /** The transaction that made it: no two orders have the same. */
  readonly id: number
}

const readsMax = 32
const wholeNumber = /^\d{1,15}$/

/** The orders below `parent`; what is none is left out. */
export async function readMoveOrders(
  session: Pick<ZooSession, 'children' | 'read'>,
  parent: string,
): Promise<readonly MoveOrder[]> {
  const names = ((await session.children(parent)) ?? []).filter(name => wholeNumber.test(name))
  const orders: MoveOrder[] = []
  for (let from = 0; from < names.length; from += readsMax) {
    const some = names.slice(from, from + readsMax)
    const read = await Promise.all(some.map(name => readOrder(session, parent, name)))
    orders.push(...read.filter(order => order !== null))
  }
  return orders
}

/** Removes an order; false where it is gone already, or another stands in its place. */
export async function removeMoveOrder(
  session: Pick<ZooSession, 'read' | 'remove'>,
  order: MoveOrder,
): Promise<boolean> {
  const node = await session.read(order.path)
  if (node?.stat.czxid !== order.id) return false
  try {
    await session.remove(order.path, node.stat.version)
    return true
  } catch (error) {
    if (error instanceof NoNodeError || error instanceof BadVersionError) return false
    throw error
  }
}

async function readOrder(
  session: Pick<ZooSession, 'read'>,
  parent: string,
  name: string,
): Promise<MoveOrder | null> {
  const path = `${parent}/${name}`
  const node = await session.read(path)
  const text = node?.data.toString('utf8') ?? ''
  if (node === null || !wholeNumber.test(text)) return null
  return { partition: Number(name), offset: Number(text), path, id: node.stat.czxid }
}
