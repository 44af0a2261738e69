import { describe, expect, it } from 'vitest'
import { RecentMax, windowMs } from './recent-max.js'

describe('the greatest of late', () => {
  it('is 0 before anything was seen', () => {
    expect(new RecentMax().max(5)).toBe(0)
  })

  it('is kept for a window at least, and forgotten after two', () => {
    const recent = new RecentMax()
    recent.observe(7, 0)
    recent.observe(3, 1)

    expect(recent.max(windowMs - 1)).toBe(7)
    recent.observe(2, windowMs)
    expect(recent.max(windowMs)).toBe(7)
    expect(recent.max(2 * windowMs)).toBe(2)
  })

  it('says nothing of long ago after a pause', () => {
    const recent = new RecentMax()
    recent.observe(7, 0)

    expect(recent.max(2 * windowMs)).toBe(0)
  })
})
