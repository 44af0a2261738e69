/**
 * Orders of management to read partitions on from another offset (retransmission).
 * Takes the session. Gives the orders that stand for a subscription, and the word that there are new ones.
 * Promises: an order stands until the move is committed, so that the next owner finds it where this one dies.
 */
import type { Cancel } from '@iris/common/time/scheduler'
import { readMoveOrders, removeMoveOrder, type MoveOrder } from '@iris/common/zookeeper/move-orders'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { DeliveryPlan } from '../delivery/plan.js'

export interface Moves {
  /** The orders for a subscription's topic, by partition. */
  of(plan: DeliveryPlan): Promise<ReadonlyMap<number, MoveOrder>>
  /** The move is committed. */
  done(order: MoveOrder): Promise<void>
  /** Calls `listener` with the id of every subscription that there may be new orders for. */
  watch(listener: (id: string) => void): Cancel
}

/** Makes the reader of orders for one Kafka cluster. */
export function createMoves(
  session: Pick<ZooSession, 'children' | 'read' | 'remove' | 'watchChildren'>,
  paths: Pick<ZooPaths, 'retransmissionOffsets' | 'iris'>,
  cluster: string,
): Moves {
  return {
    async of({ topic, subscription, kafkaTopic }) {
      const parent = paths.retransmissionOffsets(topic, subscription, { kafkaTopic, cluster })
      const orders = await readMoveOrders(session, parent)
      return new Map(orders.map(order => [order.partition, order]))
    },
    async done(order) {
      await removeMoveOrder(session, order)
    },
    watch: listener =>
      session.watchChildren(paths.iris.retransmissions(cluster), names => {
        // All of them: one that went and came again between two looks is no new name.
        for (const id of names ?? []) listener(id)
      }),
  }
}
