import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createElection, inOrder } from './election.js'
import type { CoordinationDependencies } from './own-node.js'

describe('candidates', () => {
  it('stand in the order of their numbers, whatever their names begin with', () => {
    const names = ['candidate-b-0000000010', 'candidate-c-0000000002', 'candidate-a-0000000011']

    expect(inOrder(names)).toEqual([
      'candidate-c-0000000002',
      'candidate-b-0000000010',
      'candidate-a-0000000011',
    ])
  })

  it.each(['other', 'candidate-a', 'candidate-a-12', '0000000001'])('are not made by %s', name => {
    expect(inOrder([name])).toEqual([])
  })
})

describe('an election', () => {
  it('lets a job ask by itself whether it may work', () => {
    const deps = { session: {}, log: silentLog, scheduler: {} } as unknown as CoordinationDependencies
    const { isLeader } = createElection(deps, { path: '/leader', data: Buffer.alloc(0) })

    expect(isLeader()).toBe(false)
  })
})
