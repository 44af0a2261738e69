import { describe, expect, it } from 'vitest'
import { ownersOf } from './assignment.js'
import { shardCount } from './key.js'

describe('the owners of shards', () => {
  it('are the same whatever the order of the frontends, and everybody has a fair share', () => {
    const owners = ownersOf(['a', 'b', 'c'])

    expect(ownersOf(['c', 'a', 'b'])).toEqual(owners)
    for (const id of ['a', 'b', 'c'])
      expect(owners.filter(owner => owner === id).length).toBeGreaterThan(shardCount / 8)
  })

  it('stay when another frontend goes, but for its own shards', () => {
    const before = ownersOf(['a', 'b', 'c'])
    const after = ownersOf(['a', 'b'])

    for (const [shard, owner] of before.entries()) if (owner !== 'c') expect(after[shard]).toBe(owner)
    expect(after).not.toContain('c')
  })

  it('are nobody without frontends', () => {
    expect(ownersOf([])).toEqual([])
  })
})
