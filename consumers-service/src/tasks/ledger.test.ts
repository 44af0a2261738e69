import { describe, expect, it } from 'vitest'
import { failuresMax, type TaskProgress } from '@iris/common/tasks/task'
import { createLedger, type Ledger } from './ledger.js'

const start: TaskProgress = {
  ...{ total: null, done: 0, failed: 0, filtered: 0, positions: [0], keptFrom: null },
  ...{ startedAt: null, updatedAt: null, rate: 0, heldBack: null },
}
const ledger = (isRedrive: boolean, progress: Partial<TaskProgress> = {}): Ledger =>
  createLedger({ progress: { ...start, ...progress }, failures: [], isRedrive })
const failure = { id: '0-1', messageId: 'm', reason: 'r' }

describe('the ledger of a redrive', () => {
  it('counts a delivery once its marker is stored, and passes none that has no marker', () => {
    const book = ledger(true)
    book.done(0, 3)
    book.done(0, 1)

    expect(book.closings()).toEqual([1, 3])
    expect(book.progress([9])).toMatchObject({ done: 0, positions: [1] })
    book.closed([1, 3])
    book.closed([1, 3])
    expect(book.progress([9])).toMatchObject({ done: 2, positions: [9] })
  })

  it('counts a failure once it lies below the position, and remembers the lowest that stays', () => {
    const book = ledger(true)
    book.failed(0, 5, failure)
    book.kept(4)

    expect(book.progress([5])).toMatchObject({ failed: 0, keptFrom: 4, failures: [] })
    expect(book.progress([6])).toMatchObject({ failed: 1, keptFrom: 4, failures: [failure] })
    expect(book.progress([7])).toMatchObject({ failed: 1 })
  })
})

describe('the ledger of a replay', () => {
  it('counts only what the next executor will not repeat', () => {
    const book = ledger(false, { positions: [0, 0] })
    book.done(0, 1)
    book.done(0, 7)
    book.filtered(1, 2)
    book.failed(1, 8, failure)

    expect(book.closings()).toEqual([])
    expect(book.progress([5, 5])).toMatchObject({ done: 1, filtered: 1, failed: 0, keptFrom: null })
    expect(book.progress([8, 9])).toMatchObject({ done: 2, filtered: 1, failed: 1 })
  })

  it('goes on from what was saved, and lists a bounded number of failures', () => {
    const book = ledger(false, { done: 7, failed: 2 })
    for (let offset = 0; offset <= failuresMax; offset++) book.failed(0, offset, failure)

    const { done, failed, failures } = book.progress([1_000])
    expect([done, failed, failures.length]).toEqual([7, 2 + failuresMax + 1, failuresMax])
  })
})
