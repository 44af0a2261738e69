import { describe, expect, it } from 'vitest'
import { FetchSizes } from './fetch-sizes.js'

describe('the size of a fetch', () => {
  it('halves while chunks are pushed out unread, down to its least', () => {
    const sizes = new FetchSizes(1_048_576)
    sizes.tick(3)
    expect(sizes.partitionBytes).toBe(524_288)

    for (let second = 0; second < 20; second++) sizes.tick(1)

    expect(sizes.partitionBytes).toBe(32 * 1024)
  })

  it('grows back after some calm, up to what it was', () => {
    const sizes = new FetchSizes(100_000)
    sizes.tick(1)
    for (let second = 0; second < 4; second++) sizes.tick(0)
    expect(sizes.partitionBytes).toBe(50_000)

    for (let second = 0; second < 20; second++) sizes.tick(0)

    expect(sizes.partitionBytes).toBe(100_000)
  })

  it('stays where it is when it began below its least', () => {
    const sizes = new FetchSizes(6_000)

    sizes.tick(1)

    expect(sizes.partitionBytes).toBe(6_000)
  })
})
