import { describe, expect, it } from 'vitest'

import type { PartitionLayout } from './cluster.js'
import { createPartitioner, murmur2 } from './partitioner.js'

/** Kafka's own expectations of its hash. */
const vectors: readonly (readonly [text: string, hash: number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

function layout(...leaders: number[]): (topic: string) => readonly PartitionLayout[] | undefined {
  const partitions = leaders.map((leader, partition) => ({ partition, leader }))
  return topic => (topic === 'known' ? partitions : undefined)
}

describe('murmur2', () => {
  it.each(vectors)('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash)
  })
})

describe('the partitioner', () => {
  it('gives -1 while the layout is unknown', () => {
    expect(createPartitioner(layout(1)).partitionFor('unknown', null)).toBe(-1)
  })

  it('keeps a key on its partition, with or without a leader', () => {
    const before = createPartitioner(layout(1, 1, 1, 1))
    const after = createPartitioner(layout(-1, -1, -1, -1))
    const key = Buffer.from('foobar')

    expect(before.partitionFor('known', key)).toBe((-790332482 & 0x7fffffff) % 4)
    expect(after.partitionFor('known', key)).toBe(before.partitionFor('known', key))
  })

  it('gives one partition to all messages of a turn and the next one in the next turn', () => {
    const partitioner = createPartitioner(layout(1, 1, 1))

    const turns = Array.from({ length: 4 }, () => {
      const given = [partitioner.partitionFor('known', null), partitioner.partitionFor('known', null)]
      partitioner.nextTurn()
      return given
    })

    expect(turns).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 0],
    ])
  })

  it('passes over partitions without a leader', () => {
    const partitioner = createPartitioner(layout(1, -1, 1))
    const given = new Set<number>()

    for (let turn = 0; turn < 10; turn++) {
      partitioner.nextTurn()
      given.add(partitioner.partitionFor('known', null))
    }

    expect([...given].sort()).toEqual([0, 2])
  })

  it('goes on choosing when no partition has a leader: the lane waits, not the caller', () => {
    expect(createPartitioner(layout(-1, -1)).partitionFor('known', null)).toBeGreaterThanOrEqual(0)
  })
})
