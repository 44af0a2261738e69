import { describe, expect, it } from 'vitest'
import { inOrder } from './election.js'

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
