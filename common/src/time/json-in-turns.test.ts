import { describe, expect, it } from 'vitest'
import { jsonList, sliceMax } from './json-in-turns.js'
import { atOnce } from './turns.js'

describe('a list as text', () => {
  it.each([0, 1, sliceMax, sliceMax + 1, 3 * sliceMax])('is the same as at one go, of %i items', count => {
    const items = Array.from({ length: count }, (_each, index) => ({ index, text: `"${index}",[` }))

    expect(atOnce(jsonList(items))).toBe(JSON.stringify(items))
  })

  it('makes its items as it goes, and pauses in between', () => {
    let made = 0
    const work = jsonList(
      (function* () {
        while (made < 2 * sliceMax + 1) yield ++made
      })(),
    )

    expect([work.next().done, made]).toEqual([false, sliceMax])
    expect([work.next().done, made]).toEqual([false, 2 * sliceMax])
    expect(work.next().done).toBe(true)
  })
})
