import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEffort } from './effort.js'
import { translateJavaRegex } from './java-regex.js'
import { compileMatcher } from './matcher.js'

function matches(pattern: string, value: string): boolean {
  const matcher = compileMatcher(pattern)
  if ('problem' in matcher) throw new Error(`${pattern} ${matcher.problem}`)
  return matcher.matches(value, createEffort())
}

/** A pattern, values that match as a whole, values that do not. */
const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['new', ['new'], ['ne', 'news', 'New', '']],
  ['ne', ['ne'], ['new']],
  ['^abc.*', ['abc', 'abcdef'], ['xabc', 'ab', 'abc\ndef']],
  ['a|bc', ['a', 'bc'], ['ab', 'abc', '']],
  ['', [''], ['a']],
  ['a.c', ['abc', 'a-c', 'a😀c'], ['a\nc', 'a\rc', 'a\u0085c', 'a\u2028c', 'ac']],
  ['(?s)a.c', ['a\nc', 'a\u2028c'], ['ac']],
  ['(?s:a.)b.', ['a\nbx'], ['a\nb\n']],
  ['(?i)abc', ['ABC', 'aBc'], ['abd']],
  ['(?i)k', ['k', 'K'], ['\u212a']],
  ['(?i)ł', ['ł'], ['Ł']],
  ['a(?i)b(?-i)c', ['abc', 'aBc'], ['Abc', 'abC']],
  ['(a(?i)b)c', ['abc', 'aBc'], ['abC']],
  ['(?i)[a-c]+[^x]', ['AbCd'], ['Abcx', 'abcX']],
  ['(?i)\\p{Lower}', ['a', 'A'], ['1']],
  ['\\d{3}-\\d{2,4}', ['123-45', '123-4567'], ['123-4', '12-345', '١٢٣-٤٥']],
  ['\\w+\\s\\S+', ['ab \u00e9!', 'a\u000bb'], ['ab', 'é b']],
  ['[^\\s]+', ['abc'], ['a b', 'a\u000bb']],
  ['[\\w.-]+@[\\w-]+\\.pl', ['a.b-c@x-y.pl'], ['a@pl', 'a b@x.pl']],
  ['[a-]', ['a', '-'], ['b']],
  ['[]a]+', ['a]', ']'], ['b']],
  ['[^]a]', ['b'], [']', 'a']],
  ['[\\]\\[^]', [']', '[', '^'], ['\\']],
  ['\\Qa.b*\\E+', ['a.b*', 'a.b**'], ['axb*']],
  ['\\Q[a]', ['[a]'], ['a']],
  ['[\\Q^-]\\E]+', ['^-]'], ['a']],
  ['\\Aab\\z', ['ab'], ['abc']],
  ['ab$', ['ab'], ['ab\n']],
  ['\\bab\\b.*', ['ab', 'ab cd'], ['abc']],
  ['a++b'.replace('++', '+?'), ['ab', 'aab'], ['b']],
  ['(?<word>a+)b', ['aab'], ['b']],
  ['(?:ab){2}', ['abab'], ['ab', 'ababab']],
  ['x{0}y', ['y'], ['xy']],
  ['\\x41\\x{1F600}\\u0042\\0103\\cA\\t\\e', ['A😀BC\u0001\t\u001b'], ['ABC']],
  ['\\uD83D\\uDE00', ['😀'], ['😁']],
  ['\\p{L}+', ['zażółć', 'Ωδ'], ['a1', '1']],
  ['\\pN\\PN', ['1a'], ['11']],
  ['\\p{IsCyrillic}+', ['привет'], ['hello']],
  ['\\p{IsLu}\\p{script=Latin}', ['Ąb'], ['ąb']],
  ['\\p{Alpha}\\P{Alpha}', ['a1', 'aé'], ['aa']],
  ['[\\p{Alpha}\\p{Nd}_]+', ['a_1'], ['é']],
  ['\\h\\v\\R\\R', ['\u00a0\n\r\n\u2028'], [' ab']],
  ['\\.\\*\\$\\{', ['.*${'], ['x']],
  ['}]&&-', ['}]&&-'], ['x']],
]

/** A pattern, a part of what is said about it, and the place. */
const refused: readonly (readonly [string, RegExp, number])[] = [
  ['(?=a)b', /look ahead, which cannot be matched in linear time/, 0],
  ['a(?!b)', /look ahead/, 1],
  ['(?<=a)b', /look behind/, 0],
  ['a(?<!b)', /look behind/, 1],
  ['x(?>a+)', /atomic group/, 1],
  ['(a)\\1', /back reference/, 3],
  ['(?<n>a)\\k<n>', /back reference/, 7],
  ['a*+', /possessive/, 1],
  ['a{2}+', /possessive/, 1],
  ['a**', /repeats a repetition/, 2],
  ['*a', /a \* that repeats nothing/, 0],
  ['a|?', /a \? that repeats nothing/, 2],
  ['{2}', /a \{ that repeats nothing/, 0],
  ['a{b}', /a \{ that is no repetition/, 1],
  ['a{3,2}', /end is below its start/, 1],
  ['a{1001}', /repeats more than 1000 times/, 1],
  ['(?:a{500}){3}', /larger than 1024 letters/, 0],
  ['((((a{9}){9}){9}){9}){9}', /larger than 1024 letters/, 0],
  ['[a-z&&[^b]]', /&& in a set/, 4],
  ['[a[bc]]', /a set inside a set/, 2],
  ['[[:alpha:]]', /a set inside a set/, 1],
  ['[a', /a \[ without its \]/, 0],
  ['[]', /a \[ without its \]/, 0],
  ['[z-a]', /end is below its start/, 1],
  ['[a-\\d]', /range that ends in a set/, 1],
  ['(a', /a \( without its \)/, 0],
  ['a)', /a \) without its \(/, 1],
  ['(?', /a \( without its \)/, 2],
  ['(?<1>a)', /wrong name/, 0],
  ['(?x)a b', /the flag x/, 2],
  ['(?m)^a', /\^ under the flag m/, 4],
  ['(?U)\\w', /the flag U/, 2],
  ['(?iu)ł', /the flag u/, 3],
  ['\\pL'.repeat(17), /more than 16 properties/, 48],
  ['a\\', /ends with a \\/, 1],
  ['\\Gx', /has \\G/, 0],
  ['\\X', /has \\X/, 0],
  ['\\N{WHITE SMILING FACE}', /has \\N/, 0],
  ['[\\b]', /has \\b/, 1],
  ['\\p{InGreek}', /\\p\{InGreek\}/, 0],
  ['\\p{javaLowerCase}', /\\p\{javaLowerCase\}/, 0],
  ['\\p{IsNoScript}', /is refused by RE2/, 0],
  ['\\p', /\\p without a name/, 0],
  ['\\x{110000}', /does not exist/, 0],
  ['\\uD83Dx', /half a letter/, 0],
]

describe('a regular expression', () => {
  it.each(table)('%j matches whole values only', (pattern, matching, others) => {
    for (const value of matching) expect([value, matches(pattern, value)]).toEqual([value, true])
    for (const value of others) expect([value, matches(pattern, value)]).toEqual([value, false])
  })

  it.each(refused)('%j is refused with the place', (pattern, problem, at) => {
    expect(compileMatcher(pattern)).toEqual({ problem: expect.stringMatching(problem) as string, at })
  })

  it('at its bounds is taken, beyond them refused', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a${')'.repeat(depth)}`
    expect(matches('a'.repeat(1024), 'a'.repeat(1024))).toBe(true)
    expect(matches('ł'.repeat(512), 'ł'.repeat(512))).toBe(true)
    expect(matches(nested(50), 'a')).toBe(true)
    expect(matches('(?:ab){500}', 'ab'.repeat(400))).toBe(false)

    const problemOf = (pattern: string): unknown => translateJavaRegex(pattern)
    expect(problemOf('a'.repeat(1025))).toEqual({ problem: 'is longer than 1024 bytes', at: 0 })
    expect(problemOf('ł'.repeat(513))).toEqual({ problem: 'is longer than 1024 bytes', at: 0 })
    expect(problemOf(nested(51))).toEqual({ problem: 'nests groups deeper than 50', at: 50 })
    expect(problemOf('(?:ab){512}')).toMatchObject({ at: 0 })
  })

  it('says the same as JavaScript where both speak alike', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '1', '-')
    const pattern = fc.letrec<{ all: string; part: string }>(tie => ({
      part: fc.oneof(
        { depthSize: 'small' },
        atom,
        fc.tuple(atom, fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}')).map(each => each.join('')),
        tie('all').map(inner => `(${inner})`),
        tie('all').map(inner => `(?:${inner})?`),
        fc.tuple(tie('all'), tie('all')).map(([one, other]) => `(?:${one}|${other})`),
      ),
      all: fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map(parts => parts.join('')),
    })).all
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '\n', ' '), maxLength: 6 })

    fc.assert(
      fc.property(pattern, value, (text, tried) => {
        expect(matches(text, tried)).toBe(new RegExp(`^(?:${text})$`).test(tried))
      }),
      { numRuns: 1_000 },
    )
  })

  it('of any letters is translated or refused with a place inside it, and never throws', () => {
    const unit = fc.constantFrom(...Array.from('ab\\()[]{}?*+|^$.-,:<>=!&QEpPxu01kiSsdw😀'))

    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string()), text => {
        const translated = translateJavaRegex(text)
        if ('problem' in translated) {
          expect(translated.at).toBeGreaterThanOrEqual(0)
          expect(translated.at).toBeLessThanOrEqual(text.length)
        } else compileMatcher(text)
      }),
      { numRuns: 1_000 },
    )
  })
})
