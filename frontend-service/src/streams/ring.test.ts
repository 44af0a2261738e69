import { describe, expect, it } from 'vitest'
import { gapOf, type StreamItem } from './item.js'
import { Ring } from './ring.js'

const item = (number: number, bytes = 1): StreamItem => ({
  ...gapOf(0, number, number, `0-${number}`),
  bytes,
})
const filled = (count: number, itemsMax: number, bytesMax = Infinity): Ring => {
  const ring = new Ring(itemsMax, () => bytesMax)
  for (let number = 0; number < count; number++) ring.push(item(number))
  return ring
}

describe('a ring', () => {
  it('gives items by their number as long as it has them', () => {
    const ring = filled(10, 4)

    expect([ring.tail, ring.head, ring.count]).toEqual([6, 10, 4])
    expect([5, 6, 9, 10].map(number => ring.at(number)?.position)).toEqual([
      undefined,
      '0-6',
      '0-9',
      undefined,
    ])
  })

  it('lets the oldest go beyond its bytes, and never the newest', () => {
    const ring = filled(10, 100, 3)
    expect([ring.count, ring.bytes]).toEqual([3, 3])

    ring.push(item(10, 50))
    expect([ring.count, ring.at(10)?.position]).toEqual([1, '0-10'])
  })

  it('finds what comes behind a position, and where the newest begin', () => {
    const ring = filled(10, 4)

    expect(['0-9', '0-6', '0-5', 'x'].map(text => ring.behind(text))).toEqual([10, 7, -1, -1])
    expect([0, 3, 4, 5].map(count => ring.newest(count))).toEqual([10, 7, 6, -1])
  })
})
