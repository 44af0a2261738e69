import { describe, expect, it } from 'vitest'
import { differencesBetween, differencesFrom, matches, overwritten, tagOf } from './versions.js'

const topic = {
  name: 'g.t',
  retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  quotas: { rate: 5 },
  modifiedAt: 1,
}

describe('the tag of a definition', () => {
  it('is the same for the same, whatever the order of its members and the time of its last writing', () => {
    const { retentionTime, ...others } = topic
    const again = { ...others, modifiedAt: 2, retentionTime: { retentionUnit: 'DAYS', duration: 1 } }

    expect(retentionTime.duration).toBe(1)
    expect(tagOf({ shown: again, version: 3 })).toBe(tagOf({ shown: topic, version: 3 }))
    expect(tagOf({ shown: topic, version: 3 })).toMatch(/^"3\.[\w-]{24}"$/)
  })

  it.each([
    ['another version', { shown: topic, version: 4 }],
    ['another value', { shown: { ...topic, name: 'g.u' }, version: 3 }],
  ])('is another one for %s', (_what, other) => {
    expect(matches(tagOf({ shown: topic, version: 3 }), other)).toBe(false)
  })

  it('is found among others, and * is every one', () => {
    const present = { shown: topic, version: 3 }

    expect(matches(`"0.abc", ${tagOf(present)}`, present)).toBe(true)
    expect(matches('*', present)).toBe(true)
    expect(matches(`W/${tagOf(present)}`, present)).toBe(false)
  })

  it('tells the members that differ by now, without what they were', () => {
    const read = tagOf({ shown: topic, version: 3 })
    const { quotas, ...rest } = {
      ...topic,
      retentionTime: { duration: 2, retentionUnit: 'DAYS' },
      owner: 'x',
    }

    expect(quotas.rate).toBe(5)
    expect(differencesFrom(read, { shown: rest, version: 5 })).toEqual([
      { member: 'retentionTime', present: rest.retentionTime },
      { member: 'owner', present: 'x' },
      { member: 'a member that is gone', present: undefined },
    ])
    expect(differencesFrom(read, { shown: topic, version: 5 })).toEqual([])
    expect(differencesFrom('"etag-of-somebody-else"', { shown: rest, version: 5 })).toEqual([])
  })
})

describe('a merge patch over what somebody else has changed', () => {
  const present = { a: 1, b: { c: 2, d: 3 }, list: [1, 2] }
  const changed = differencesBetween({ a: 0, b: { c: 0, d: 3 }, list: [1] }, present)

  it.each([
    ['another member', { b: { d: 4 } }, []],
    ['the member with what is there already', { a: 1, list: [1, 2] }, []],
    ['the member', { a: 2 }, ['a']],
    ['a member within', { b: { c: 3 } }, ['b.c']],
    ['what is around it', { b: null }, ['b.c']],
    ['a list', { list: [1] }, ['list']],
  ])('that sets %s', (_what, patch, undone) => {
    expect(changed.map(({ member }) => member)).toEqual(['a', 'b.c', 'list'])
    expect(overwritten(changed, patch, present).map(({ member }) => member)).toEqual(undone)
  })
})
