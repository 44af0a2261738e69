import { describe, expect, it } from 'vitest'
import { readMoveOrders, removeMoveOrder } from './move-orders.js'
import type { ZooNode } from './session.js'
import { NoNodeError } from './zoo-errors.js'

function setUp(nodes: Record<string, [data: string, id: number]>) {
  const tree = new Map(Object.entries(nodes))
  const session = {
    children: () => Promise.resolve(tree.size === 0 ? null : [...tree.keys()]),
    read(path: string): Promise<ZooNode | null> {
      const found = tree.get(path.slice('/o/'.length))
      if (found === undefined) return Promise.resolve(null)
      const stat = { czxid: found[1], version: 0 }
      return Promise.resolve({ data: Buffer.from(found[0]), stat } as ZooNode)
    },
    remove(path: string): Promise<void> {
      const isThere = tree.delete(path.slice('/o/'.length))
      return isThere ? Promise.resolve() : Promise.reject(new NoNodeError(-101, path, 'no node'))
    },
  }
  return { tree, session }
}

describe('orders to read on from elsewhere', () => {
  it('are read as Hermes writes them; what is none is left out', async () => {
    const { session } = setUp({
      '0': ['42', 1],
      '10': ['0', 2],
      '2': ['', 3],
      '3': ['-1', 4],
      '4': ['soon', 5],
      notes: ['7', 6],
    })

    expect(await readMoveOrders(session, '/o')).toEqual([
      { partition: 0, offset: 42, path: '/o/0', id: 1 },
      { partition: 2 + 8, offset: 0, path: '/o/10', id: 2 },
    ])
    expect(await readMoveOrders(setUp({}).session, '/o')).toEqual([])
  })

  it('are removed once, and never for one that took their place', async () => {
    const { session, tree } = setUp({ '0': ['42', 1] })
    const [order] = await readMoveOrders(session, '/o')
    tree.set('0', ['50', 2])

    expect(await removeMoveOrder(session, order!)).toBe(false)
    expect(tree.has('0')).toBe(true)
    const [newer] = await readMoveOrders(session, '/o')
    expect(await removeMoveOrder(session, newer!)).toBe(true)
    expect(await removeMoveOrder(session, newer!)).toBe(false)
  })
})
