import { describe, expect, it } from 'vitest'
import type { NodeStat, ZooNode } from '@iris/common/zookeeper/session'
import { raiseEpoch } from './epoch.js'

/** One node of ZooKeeper. */
function makeNode(data: string | null): Parameters<typeof raiseEpoch>[0] & { text(): string } {
  let node: ZooNode | null = null
  const put = (content: Buffer, version: number): NodeStat => {
    const stat = { version } as NodeStat
    node = { data: content, stat }
    return stat
  }
  if (data !== null) put(Buffer.from(data), 3)
  return {
    read: () => Promise.resolve(node),
    ensure: () => Promise.resolve(void put(Buffer.alloc(0), 0)),
    write(_path, content, version = -1) {
      if (version !== node?.stat.version) return Promise.reject(new Error('changed by someone else'))
      return Promise.resolve(put(content, version + 1))
    },
    text: () => String(node?.data),
  }
}

const ask = (): Promise<{ producerId: number; producerEpoch: number }> =>
  Promise.resolve({ producerId: 50, producerEpoch: 0 })

describe('the numbers of a shard', () => {
  it('begin with an id of their own and grow with each owner', async () => {
    const node = makeNode(null)

    const first = await raiseEpoch(node, '/n', ask)
    const second = await raiseEpoch(node, '/n', () => Promise.reject(new Error('not asked again')))

    expect(first).toEqual({ id: { producerId: 50, producerEpoch: 0 }, closing: null })
    expect(second).toEqual({ id: { producerId: 50, producerEpoch: 1 }, closing: null })
    expect(node.text()).toBe('{"producerId":50,"producerEpoch":1}')
  })

  it('are never given to two owners who come at once', async () => {
    const node = makeNode('{"producerId":7,"producerEpoch":1}')

    const both = await Promise.allSettled([raiseEpoch(node, '/n', ask), raiseEpoch(node, '/n', ask)])

    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('go on under another id when the epochs are used up, after the old one was shut out', async () => {
    const node = makeNode('{"producerId":7,"producerEpoch":32766}')

    expect(await raiseEpoch(node, '/n', ask)).toEqual({
      id: { producerId: 50, producerEpoch: 0 },
      closing: { producerId: 7, producerEpoch: 32_767 },
    })
  })

  it('are not guessed where the node holds something else', async () => {
    await expect(raiseEpoch(makeNode('{}'), '/n', ask)).rejects.toThrow('no producer numbers')
  })
})
