import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../domain/json-shapes.js'
import { effortMax } from './effort.js'
import { compileFilters, createInspector, type FilterOutcome } from './filters.js'

const inspector = createInspector()

function judge(filter: JsonObject, body: string | Buffer, headers: readonly string[] = []): FilterOutcome {
  const compiled = compileFilters([filter], 'JSON')
  if (compiled === null || 'problem' in compiled) throw new Error(compiled?.problem ?? 'no filter')
  return inspector.judge(compiled, { body: Buffer.from(body), avro: null, propagated: headers })
}

/** A step of a path: its text, and the second, naive way to take it. */
interface Step {
  readonly text: string
  take(value: unknown): readonly unknown[]
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
const childrenOf = (value: unknown): readonly unknown[] => (isContainer(value) ? Object.values(value) : [])
const insideOf = (value: unknown): readonly unknown[] => [value, ...childrenOf(value).flatMap(insideOf)]

const names = ['a', 'b', 'a b', 'ą', '"', '__proto__', 'length', '0']
const name = fc.constantFrom(...names)
const plainStep: fc.Arbitrary<Step> = fc.oneof(
  name.map(each => ({
    text: `[${JSON.stringify(each)}]`,
    take: (value: unknown) =>
      isContainer(value) && !Array.isArray(value) && Object.hasOwn(value, each)
        ? [(value as Record<string, unknown>)[each]]
        : [],
  })),
  fc.integer({ min: -3, max: 3 }).map(index => ({
    text: `[${index}]`,
    take: (value: unknown) => {
      if (!Array.isArray(value)) return []
      const at = index < 0 ? value.length + index : index
      return at >= 0 && at < value.length ? [value[at] as unknown] : []
    },
  })),
  fc.constant({ text: '[*]', take: childrenOf }),
)
const step = fc.oneof(
  { weight: 4, arbitrary: plainStep },
  {
    weight: 1,
    arbitrary: plainStep.map(
      ({ text, take }): Step => ({
        text: `..${text}`,
        take: (value: unknown) => insideOf(value).flatMap(take),
      }),
    ),
  },
)
const path = fc
  .array(step, { maxLength: 5 })
  .filter(steps => steps.filter(each => each.text.startsWith('..')).length <= 3)

const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom<unknown>(null, true, 0, 1, 2.5, 'x', 'y"\n', 'ą'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(name, tie('value')), { maxLength: 4, selector: ([key]) => key }).map(entries => {
      const object: Record<string, unknown> = {}
      for (const [key, value] of entries)
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true })
      return object
    }),
  ),
})).value

describe('filters', () => {
  it('find what a plain walk through parsed JSON finds', () => {
    const operator = fc.constantFrom<['all' | 'any']>(['all'], ['any'])

    fc.assert(
      fc.property(json, path, operator, (value, steps, [matchingStrategy]) => {
        const found = steps.reduce<readonly unknown[]>((values, { take }) => values.flatMap(take), [value])
        const accepts = (each: unknown): boolean => typeof each === 'number' && each >= 1
        const text = `$${steps.map(each => each.text).join('')}`
        const body = JSON.stringify(value)

        const exists = judge({ type: 'exists', path: text }, body)
        const isLarge = judge(
          { type: 'number', path: text, operator: '>=', value: 1, matchingStrategy },
          body,
        )

        expect(exists.kind).toBe(found.length > 0 ? 'passed' : 'filtered')
        const isExpected =
          matchingStrategy === 'any' ? found.some(accepts) : found.length > 0 && found.every(accepts)
        expect(isLarge.kind).toBe(isExpected ? 'passed' : 'filtered')
      }),
      { numRuns: 1_500 },
    )
  })

  it('never throw, whatever the message is, and stay within their steps', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(each => Buffer.from(each)),
      fc.json().map(text => Buffer.from(text)),
      fc.tuple(fc.json(), fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
        const body = Buffer.from(text)
        if (body.length > 0) body[at % body.length] = byte
        return body
      }),
    )
    const filter = fc.constantFrom<JsonObject>(
      { type: 'jsonpath', path: '$..*', matcher: '.*', matchingStrategy: 'all' },
      { type: 'jsonpath', path: '$', matcher: '(?s).*a.*' },
      { type: 'pattern', path: '$..*', pattern: '#.a.#' },
      { type: 'number', path: '$..[0]', operator: '<', value: 3 },
      { type: 'not', filter: { type: 'exists', path: '$..a..a' } },
      { type: 'header', header: 'X', matcher: '[^x]+' },
    )

    fc.assert(
      fc.property(filter, bytes, fc.string(), (each, body, value) => {
        const outcome = judge(each, body, ['X', value])
        expect(['passed', 'filtered', 'failed']).toContain(outcome.kind)
        expect(inspector.spent()).toBeLessThanOrEqual(effortMax)
      }),
      { numRuns: 1_500 },
    )
  })

  it('with any members are taken or refused with a sentence', () => {
    const member = fc.oneof(fc.string(), fc.double(), fc.constant(true), fc.constant({}), fc.constant([]))
    const type = fc.constantFrom('jsonpath', 'header', 'pattern', 'number', 'exists', 'and', 'or', 'not', 'x')
    const form = fc.record(
      {
        type,
        path: member,
        matcher: member,
        header: member,
        pattern: member,
        filters: member,
        filter: member,
      },
      { requiredKeys: ['type'] },
    )

    fc.assert(
      fc.property(form, each => {
        const compiled = compileFilters([each], 'JSON')
        if (compiled !== null && 'problem' in compiled)
          expect(compiled.problem).toMatch(/^(Subscription|Message)/)
      }),
      { numRuns: 1_500 },
    )
  })
})

const letters = 'a'.repeat(10_000)
const halves = Array.from({ length: 5_000 }, (_, index) => (index % 3 === 0 ? 'a' : 'b')).join('')

/** Patterns that take a backtracking engine minutes and more, and a value that shows it. */
const evilPatterns: readonly (readonly [string, string])[] = [
  ['^(a+)+$', `${letters}!`],
  ['^(a|a)*$', `${letters}!`],
  ['^(a|aa)+$', `${letters}!`],
  ['^([a-zA-Z]+)*$', `${letters}!`],
  ['^(.*a){25}$', `${letters}!`],
  ['(.*){400}x', letters],
  ['(a?){300}a{300}', 'a'.repeat(299)],
  ['(a*)*b', letters],
  ['(a*)*(a*)*(a*)*b', letters],
  ['(x+x+)+y', 'x'.repeat(10_000)],
  ['(?:a|b)*a(?:a|b){200}', halves],
  ['([ab]*[ab]*)*c', halves],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', letters],
  ['^(\\w+\\s?)*$', `${'word '.repeat(2_000)}!`],
  ['\\s*,?\\s*,?\\s*,?\\s*x', ' '.repeat(10_000)],
  ['.*.*=.*', 'x'.repeat(10_000)],
  ['(?s)(.|\\n)*x', letters],
  ['\\p{L}{400}\\p{L}{400}', 'ł'.repeat(799)],
]

const nestedObjects = `${'{"a":'.repeat(99)}1${'}'.repeat(99)}`
const wide = `[${'{"a":[1,1,1]},'.repeat(50_000)}1]`
const sameHash = `{${Array.from({ length: 100_000 }, (_, index) => `"${index * 65_536}":1`).join(',')}}`

/** Paths that multiply, and a body that shows it. */
const evilPaths: readonly (readonly [string, string])[] = [
  ['$..*', wide],
  ['$..*..*..*', wide],
  ['$..a..a..a', nestedObjects],
  ['$..*..*..a', nestedObjects],
  ['$..[-1]..[-1]..[-1]', wide],
  [`$${'.*'.repeat(32)}`, nestedObjects],
  [`$..*${'.*'.repeat(31)}`, wide],
  ['$.none', sameHash],
  ['$..none', sameHash],
]

describe('a filter made to hurt', () => {
  it.each(evilPatterns)('%j ends within its steps', (matcher, value) => {
    const outcome = judge({ type: 'header', header: 'X', matcher }, '{}', ['X', value])

    expect(outcome.kind === 'failed' ? outcome.problem : '').toMatch(/^$|^the filters need more than/)
    expect(inspector.spent()).toBeLessThanOrEqual(effortMax)
  })

  it.each(evilPaths)('%j ends within its steps', (path, body) => {
    const outcome = judge({ type: 'not', filter: { type: 'jsonpath', path, matcher: 'never' } }, body)

    expect(outcome.kind === 'failed' ? outcome.problem : '').toMatch(/^$|^the filters need more than/)
    expect(inspector.spent()).toBeLessThanOrEqual(effortMax)
  })
})
