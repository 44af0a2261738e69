import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEffort } from './effort.js'
import { compileTopicPattern } from './topic-pattern.js'

function matches(pattern: string, value: string): boolean {
  const matcher = compileTopicPattern(pattern)
  if ('problem' in matcher) throw new Error(matcher.problem)
  return matcher.matches(value, createEffort())
}

describe('a topic pattern', () => {
  it.each([
    ['order.*.pl', ['order.new.pl', 'order..pl'], ['order.pl', 'order.new.old.pl', 'order.new.de']],
    ['order.#', ['order', 'order.new', 'order.new.pl'], ['orders', 'x.order']],
    ['#', ['', 'a', 'a.b.c'], []],
    ['*', ['a'], ['', 'a.b']],
    ['#.pl', ['pl', 'a.pl', 'a.pl.pl'], ['a.pl.de', '']],
    ['a.#.b.#.c', ['a.b.c', 'a.x.b.c', 'a.b.b.c.c'], ['a.c', 'a.b.x']],
    ['#.*', ['a', 'a.b'], ['']],
    ['*.#.*', ['a.b', 'a.b.c'], ['a']],
    ['kern.critical', ['kern.critical'], ['kern.critical.x', 'kern']],
    ['a*.b', ['a*.b'], ['ax.b']],
    ['', [''], ['a']],
  ])('%s', (pattern, matching, others) => {
    for (const value of matching) expect([value, matches(pattern, value)]).toEqual([value, true])
    for (const value of others) expect([value, matches(pattern, value)]).toEqual([value, false])
  })

  it('says the same as a search through all ways', () => {
    const word = fc.constantFrom('a', 'b', '')
    const parts = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 6 })
    const words = fc.array(word, { minLength: 1, maxLength: 7 })
    const fits = (pattern: readonly string[], value: readonly string[]): boolean => {
      const [first, ...rest] = pattern
      if (first === undefined) return value.length === 0
      if (first === '#') return fits(rest, value) || (value.length > 0 && fits(pattern, value.slice(1)))
      return value.length > 0 && (first === '*' || first === value[0]) && fits(rest, value.slice(1))
    }
    const wordsOf = (text: string): string[] => (text === '' ? [] : text.split('.'))

    fc.assert(
      fc.property(parts, words, (pattern, value) => {
        const [patternText, text] = [pattern.join('.'), value.join('.')]
        expect(matches(patternText, text)).toBe(fits(wordsOf(patternText), wordsOf(text)))
      }),
      { numRuns: 1_500 },
    )
  })

  it('costs words times words at most', () => {
    const effort = createEffort(Infinity)
    const matcher = compileTopicPattern('#.a'.repeat(100) + '.b')
    if ('problem' in matcher) throw new Error(matcher.problem)

    expect(matcher.matches('a.'.repeat(2_000), effort)).toBe(false)
    expect(effort.spent()).toBeLessThan(2_001 * 201)
  })

  it('longer than its bound is refused', () => {
    expect(compileTopicPattern('a'.repeat(1_025))).toEqual({
      problem: 'is longer than 1024 characters',
      at: 0,
    })
    expect('problem' in compileTopicPattern('a'.repeat(1_024))).toBe(false)
  })
})
