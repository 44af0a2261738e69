import { describe, expect, it } from 'vitest'
import { ageOf, lagOf } from './lag.js'
import { PartitionWork } from './partition-work.js'
import { createWindow } from './settle.js'

interface Given {
  readonly endOffset: number
  readonly isDelayed?: boolean
  /** When each message that was read was published. */
  readonly read: readonly number[]
}

function partition({ endOffset, isDelayed = false, read }: Given): PartitionWork {
  const window = createWindow({
    ...{ offset: 0, note: null, wallLeadMs: 0, unsettledMax: 100, endsTogether: false },
  })
  read.forEach((publishedMs, offset) => window.receive(offset, offset, publishedMs))
  const isDoubtful = (): boolean => false
  const work = new PartitionWork({ partition: 0, isDelayed, window, lock: 1, offset: 0, isDoubtful })
  return work.follow({ endOffset } as never)
}

describe('the lag of a subscription', () => {
  it('counts what is not settled, read or not, and finds the oldest of it that was read', () => {
    const one = partition({ endOffset: 10, read: [500, 600] })
    const other = partition({ endOffset: 3, read: [400] })

    expect(lagOf([one, other])).toEqual({ messages: 13, oldestPublishedMs: 400 })
    other.window.settle(0)
    one.window.settle(1)
    expect(lagOf([one, other])).toEqual({ messages: 11, oldestPublishedMs: 500 })
  })

  it('is nothing where all is settled, before the end of the log is known, and of what waits on purpose', () => {
    const settled = partition({ endOffset: 1, read: [500] })
    settled.window.settle(0)
    const unknown = partition({ endOffset: -1, read: [] })
    const delayed = partition({ endOffset: 9, isDelayed: true, read: [1] })

    expect(lagOf([settled, unknown, delayed])).toEqual({ messages: 0, oldestPublishedMs: null })
  })

  it('has an age that is never negative, and none without a message', () => {
    expect(ageOf({ messages: 1, oldestPublishedMs: 400 }, 1_000)).toBe(600)
    expect(ageOf({ messages: 1, oldestPublishedMs: 1_400 }, 1_000)).toBe(0)
    expect(ageOf({ messages: 1, oldestPublishedMs: null }, 1_000)).toBe(0)
  })
})
