import { describe, expect, it } from 'vitest'
import { correctWays } from '../correct-ways.js'
import { kinds, type HistoryRecord } from '../records.js'
import { ways } from '../ways.js'
import { ofWay } from './lies.js'

describe('the records of one way', () => {
  it('are those of its messages, and those of nobody', () => {
    const { records } = correctWays(1)
    const taken: HistoryRecord[] = []

    ofWay(visit => records.forEach(visit), ways.keyed)(each => taken.push(each))

    const begun = taken.filter(each => each.kind === kinds.invoke)
    const others = taken.filter(each => each.kind === kinds.stored && !begun.some(({ id }) => id === each.id))
    expect(begun.length).toBeGreaterThan(50)
    expect(begun.every(each => each.detail === ways.keyed)).toBe(true)
    expect(others).toEqual([])
    expect(taken.filter(each => each.kind === kinds.fault)).toHaveLength(2)
    expect(taken.filter(each => each.kind === kinds.end)).toHaveLength(1)
  })
})
