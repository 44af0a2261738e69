import { describe, expect, it } from 'vitest'
import type { ScanRequest } from '@iris/common/kafka/read-range'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { loadRecords } from './load.js'
import { partitionsOf } from './scheduling.js'

describe('the partitions of the schedule topic', () => {
  it('belong to one live instance each', () => {
    const shares = ['a', 'b', 'c'].map(each => partitionsOf(each, ['a', 'b', 'c'], 7))

    expect(shares).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ])
  })

  it('belong to nobody who is not alive, and to nobody without a topic', () => {
    expect(partitionsOf('d', ['a', 'b'], 7)).toEqual([])
    expect(partitionsOf('a', ['a'], 0)).toEqual([])
  })
})

describe('reading records again', () => {
  const scanning =
    (asked: [number, number][], end: number) =>
    (request: ScanRequest): Promise<{ entries: readonly LogEntry[]; position: number }> => {
      const { fromOffset, untilOffset } = request
      asked.push([fromOffset, untilOffset])
      // At most three records an answer, and none at or after the end.
      const position = Math.min(fromOffset + 3, untilOffset, end)
      const all = Array.from({ length: Math.max(0, position - fromOffset) }, (_, index) => fromOffset + index)
      const entries = all.map(offset => ({ offset }) as LogEntry).filter(entry => request.wants(entry))
      return Promise.resolve({ entries, position })
    }

  it('reads together what lies together, in as many answers as it takes', async () => {
    const asked: [number, number][] = []
    const parts = { clock: createVirtualTime(), kafkaTopic: 't', scan: scanning(asked, 10_000) }
    const found = await loadRecords(parts, 0, [5_000, 12, 10, 15])

    expect([...found.keys()].sort((one, other) => one - other)).toEqual([10, 12, 15, 5_000])
    expect(asked).toEqual([
      [10, 16],
      [5_000, 5_001],
      [13, 16],
    ])
  })

  it('fails where Kafka gives nothing, and does not take that for gone', async () => {
    const parts = { clock: createVirtualTime(), kafkaTopic: 't', scan: scanning([], 10) }

    await expect(loadRecords(parts, 0, [10])).rejects.toThrow('gave nothing of t-0 at 10')
  })
})
