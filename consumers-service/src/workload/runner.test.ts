import { expect, it } from 'vitest'
import { PartitionWork } from '../delivery/partition-work.js'
import { createWindow } from '../delivery/settle.js'
import { signOf, type Run } from './runner.js'

/** A run that reads one partition up to `endOffset`, of which the messages before it have all come. */
function running(endOffset: number): { readonly run: Run; readonly work: PartitionWork } {
  const window = createWindow({
    ...{ offset: 0, note: null, wallLeadMs: 0, unsettledMax: 100, endsTogether: false },
  })
  for (let offset = 0; offset < endOffset; offset++) window.receive(offset, offset, 500)
  const work = new PartitionWork({
    ...{ partition: 0, isDelayed: false, window, lock: 1, offset: 0, isDoubtful: () => false },
  }).follow({ endOffset } as never)
  const claim = { partition: 0, state: () => 'running', work: () => work }
  const run = {
    reading: { claims: () => [claim], problem: () => null },
    delays: { waiting: () => ({ messages: 0, nextDueMs: null }) },
    pipeline: { status: () => null },
    figures: { recent: () => null },
  }
  return { run: run as unknown as Run, work }
}

it('tells as lag what is not settled, and not what is settled behind a message that is tried again', () => {
  const { run, work } = running(10)
  for (let offset = 1; offset < 10; offset++) work.window.settle(offset)

  expect(signOf(run, 0)).toMatchObject({ lag: 1 })
})

it('says nothing where all is settled, be it committed or not', () => {
  const { run, work } = running(2)
  for (const offset of [0, 1]) work.window.settle(offset)

  expect(work.committed.offset).toBe(0)
  expect(signOf(run, 0)).toBeNull()
})
