import { describe, expect, it } from 'vitest'
import { isInDoubt } from './partition-work.js'

describe('a partition that somebody else may own', () => {
  it.each([
    ['is sent from while it is ours', false, false, true, false],
    ['is sent from to its end while it is ours', false, true, true, false],
    ['is not sent from while ZooKeeper could say whose it is', true, false, true, true],
    ['is sent from while ZooKeeper is away', true, false, false, false],
    ['is not sent from once its delivery ends', true, true, false, true],
  ])('%s', (_claim, isDisowned, isClosing, isConnected, isDoubtful) => {
    expect(isInDoubt({ isDisowned, isClosing }, isConnected)).toBe(isDoubtful)
  })
})
