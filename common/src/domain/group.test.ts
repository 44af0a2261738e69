import { describe, expect, it } from 'vitest'
import { parseGroup } from './group.js'

describe('a group body', () => {
  it('is accepted with a name of the pattern, whatever else it holds', () => {
    expect(parseGroup({ groupName: 'pl.shop', unknown: 1 })).toEqual({ groupName: 'pl.shop' })
  })

  it.each([
    ['no name', {}, 'Group.groupName must not be null'],
    ['an underscore', { groupName: 'acme_x' }, 'Group name should match pattern ^[a-zA-Z0-9.]+$'],
    ['nothing', { groupName: '' }, 'Group name should match pattern ^[a-zA-Z0-9.]+$'],
    ['a path', { groupName: '..' }, 'Group name should match pattern ^[a-zA-Z0-9.]+$'],
    ['a line end', { groupName: 'a\n' }, 'Group name should match pattern ^[a-zA-Z0-9.]+$'],
  ])('is refused with %s', (_what, json, message) => {
    expect(() => parseGroup(json)).toThrow(message)
  })
})
