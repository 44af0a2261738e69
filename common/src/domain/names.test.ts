import { describe, expect, it } from 'vitest'
import { isNamePart, splitTopicName, topicName } from './names.js'

describe('topic names', () => {
  it('are split at the last dot', () => {
    expect(splitTopicName('pl.shop.orders')).toEqual({ group: 'pl.shop', topic: 'orders' })
    expect(splitTopicName('nodot')).toBeUndefined()
  })

  it.each(['a.b', 'pl.shop.orders', 'a_b.c-d', 'A.1'])('accept %s', name => {
    expect(topicName(name)).toBe(name)
  })

  it.each(['', 'nodot', '.b', 'a.', 'a b.c', 'a.b/c', 'a.ż', '../x.y', 'a.b$c', 'a.%2f', '..', '...'])(
    'refuse %s',
    name => {
      expect(topicName(name)).toBeUndefined()
    },
  )

  it('refuse path segments as parts', () => {
    expect(isNamePart('.')).toBe(false)
    expect(isNamePart('..')).toBe(false)
    expect(isNamePart('a..b')).toBe(true)
  })
})
