import { describe, expect, it } from 'vitest'
import {
  addressWith,
  classWord,
  filterIn,
  listedWords,
  selectionOf,
  selectionWords,
} from './letter-filter.js'

describe('which dead letters are meant', () => {
  it('stands in the address', () => {
    const filter = filterIn(new URLSearchParams('reason=a b&status=500&after=0-1&class='))

    expect(filter).toEqual({ reason: 'a b', status: '500' })
    expect(addressWith('/x', filter)).toBe('/x?reason=a+b&status=500')
    expect(addressWith('/x', {})).toBe('/x')
  })

  it('is what was marked before what fits', () => {
    expect(selectionOf(['0-1'], { status: '500' })).toEqual({ ids: ['0-1'] })
    expect(selectionOf([], { status: '500', class: 'expired' })).toEqual({
      filter: { status: '500', class: 'expired' },
    })
  })

  it('keeps what is no status, so that management refuses it', () => {
    expect(selectionOf([], { status: 'abc' })).toEqual({ filter: { status: 'abc' } })
  })

  it('is all of them only where nothing was marked or asked for', () => {
    expect(selectionOf([], {})).toEqual({ all: true })
  })

  it('is told in words', () => {
    expect(selectionWords({ all: true })).toBe('all dead letters of this subscription')
    expect(selectionWords({ ids: ['0-1'] })).toBe('this dead letter')
    expect(listedWords({ ids: ['0-1'] })).toBe('the one marked')
    expect(listedWords({ ids: ['0-1', '0-2'] })).toBe('the 2 marked')
    expect(selectionWords({ filter: { status: '500' } })).toBe('the dead letters with status 500')
    expect(selectionWords({ filter: { cause: 'timeout' } })).toBe(
      'the dead letters with cause “no answer in time”',
    )
    expect(classWord('refused')).toBe('refused by the subscriber')
    expect(classWord('new')).toBe('new')
  })
})
