import { describe, expect, it } from 'vitest'
import { memberOf, withMember } from './pointer.js'

describe('a member of a draft', () => {
  it('is read and written by its pointer', () => {
    const draft = { owner: { id: 'me' } }

    expect(memberOf(draft, '/owner/id')).toBe('me')
    expect(withMember(draft, '/owner/id', 'you')).toEqual({ owner: { id: 'you' } })
    expect(draft.owner.id).toBe('me')
  })

  it('brings the objects around it', () => {
    expect(withMember({}, '/a/b/c', 1)).toEqual({ a: { b: { c: 1 } } })
    expect(memberOf({}, '/a/b/c')).toBeUndefined()
  })

  it('is taken out by undefined', () => {
    expect(withMember({ a: { b: 1, c: 2 } }, '/a/b', undefined)).toEqual({ a: { c: 2 } })
  })

  it('may have a slash in its name', () => {
    expect(withMember({}, '/a~1b/c', 1)).toEqual({ 'a/b': { c: 1 } })
    expect(withMember({}, '/a/b~1c', 1)).toEqual({ a: { 'b/c': 1 } })
  })
})
