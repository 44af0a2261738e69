import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePath } from './path-grammar.js'

/** A path as one text: names in quotes, `..` before what is taken at any depth. */
function shown(path: string): string {
  const steps = parsePath(path)
  if ('problem' in steps) return `${steps.at}: ${steps.problem}`
  return steps
    .map(step => {
      const target = step.kind === 'name' ? `'${step.name}'` : step.kind === 'index' ? step.index : '*'
      return `${step.isDeep ? '..' : '.'}${target}`
    })
    .join('')
}

describe('a path', () => {
  it.each([
    ['$', ''],
    ['$.a.b', ".'a'.'b'"],
    ['  $.a ', ".'a'"],
    ['status', ".'status'"],
    ['a.b[0]', ".'a'.'b'.0"],
    ['.status', "..'status'"],
    ['[0]', '.0'],
    ["['a']", ".'a'"],
    ['*', '.*'],
    ['$[0]', '.0'],
    ['$.[0]', '.0'],
    ['$[-1].a', ".-1.'a'"],
    ['$.*', '.*'],
    ['$[*].a', ".*.'a'"],
    ['$[ * ]', '.*'],
    ['$..a', "..'a'"],
    ['$..*', '..*'],
    ['$..[0]', '..0'],
    ["$..['a b']", "..'a b'"],
    ["$['a.b']['c']", ".'a.b'.'c'"],
    ['$["a\'b"]', ".'a'b'"],
    ["$['a\\'b']", ".'a'b'"],
    ["$['\\u0105\\n']", ".'ą\n'"],
    ["$[ 'a' ]", ".'a'"],
    ['$.a-b.$c.@d', ".'a-b'.'$c'.'@d'"],
    ['$.zażółć', ".'zażółć'"],
    ['$.__proto__.constructor', ".'__proto__'.'constructor'"],
  ])('%j is read', (path, expected) => {
    expect(shown(path)).toBe(expected)
  })

  it.each([
    ['', /^0: is empty/],
    ['  ', /^0: is empty/],
    ['$a', /^1: has neither a dot nor a \[/],
    ['$.', /^2: has a dot without a name/],
    ['$..', /^3: has a dot without a name/],
    ['$...a', /^3: has a dot without a name/],
    ['a.', /^2: has a dot without a name/],
    ['$.a b', /^3: has a blank in a name/],
    ['$[0]a', /^4: has neither a dot nor a \[/],
    ['$.a.length()', /^4: has a function/],
    ['$[?(@.a>1)]', /^2: has an expression, which is never evaluated/],
    ['$.a[?(@.constructor.constructor("x")())]', /^4: has an expression/],
    ['$[(@.length-1)]', /^2: has an expression/],
    ['$[0:2]', /^3: has a slice/],
    ['$[:2]', /^2: has a slice/],
    ['$[0,1]', /^3: has a list/],
    ["$['a','b']", /^5: has a list/],
    ['$[a]', /^2: needs a name in quotes, an index or \*/],
    ['$[]', /^2: needs a name in quotes/],
    ["$['a]", /^2: has a name without a closing quote/],
    ["$['a'", /^5: has no \]/],
    ['$[1', /^3: has no \]/],
    ['$[1234567890]', /^2: has an index of more than 9 digits/],
    ['$..a..b..c..d', /more than 3 times \.\./],
    [`$${'.a'.repeat(33)}`, /has more than 32 steps/],
    [`$.${'a'.repeat(1023)}`, /longer than 1024 characters/],
  ])('%j is refused with the place', (path, expected) => {
    expect(shown(path)).toMatch(expected)
  })

  it('at its bounds is read', () => {
    expect(shown(`$${'.a'.repeat(32)}`)).toBe(".'a'".repeat(32))
    expect(shown(`$.${'a'.repeat(1022)}`)).toBe(`.'${'a'.repeat(1022)}'`)
  })

  it('of any letters is read or refused with a place inside it, and never throws', () => {
    const unit = fc.constantFrom(...Array.from('ab$.[]\'"*?()@:,-01\\u '))

    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 15 }), fc.string()), path => {
        const steps = parsePath(path)
        if (!('problem' in steps)) return
        expect(steps.at).toBeGreaterThanOrEqual(0)
        expect(steps.at).toBeLessThanOrEqual(path.length)
      }),
      { numRuns: 1_000 },
    )
  })
})
