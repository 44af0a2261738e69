import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../domain/json-shapes.js'
import { compileFilters, createInspector } from './filters.js'
import { latestKeysMax } from './latest.js'

const latest: JsonObject = { type: 'latest', key: '$.orderId', version: '$.version' }

function judgeBy(...filters: JsonObject[]): (body: object, ...lines: string[]) => string {
  const compiled = compileFilters(filters, 'JSON')
  if (compiled === null || 'problem' in compiled) throw new Error(compiled?.problem)
  const inspector = createInspector()
  return (body, ...propagated) =>
    inspector.judge(compiled, { body: Buffer.from(JSON.stringify(body)), avro: null, propagated }).kind
}
const problemOf = (filter: JsonObject): unknown => compileFilters([filter], 'JSON')

describe('the latest versions', () => {
  it('pass, and what is older than one that came before does not, key by key', () => {
    const judge = judgeBy(latest)
    const outcomes = [
      ...[judge({ orderId: 'a', version: 1 }), judge({ orderId: 'a', version: 3 })],
      ...[judge({ orderId: 'a', version: 2 }), judge({ orderId: 'b', version: 2 })],
      ...[judge({ orderId: 'a', version: 10 }), judge({ orderId: 'a', version: '9' })],
    ]

    expect(outcomes).toEqual(['passed', 'passed', 'filtered', 'passed', 'passed', 'filtered'])
  })

  it('pass once more when they come again', () => {
    const judge = judgeBy(latest)
    judge({ orderId: 'a', version: 3 })

    expect(judge({ orderId: 'a', version: 3 })).toBe('passed')
  })

  it('may be told by the header Version', () => {
    const judge = judgeBy({ type: 'latest', key: '$.orderId' })
    judge({ orderId: 'a' }, 'version', '12345678901234567')

    expect(judge({ orderId: 'a' }, 'Version', '12345678901234566')).toBe('filtered')
    expect(judge({ orderId: 'a' }, 'Version', '12345678901234568')).toBe('passed')
  })

  it.each([
    [{ version: 1 }],
    [{ orderId: 'a' }],
    [{ orderId: null, version: 1 }],
    [{ orderId: 'a', version: 'one' }],
    [{ orderId: 'a', version: -1 }],
    [{ orderId: 'x'.repeat(257), version: 1 }],
  ])('are not judged without key and version: %j', body => {
    const judge = judgeBy(latest)
    for (const orderId of ['a', 'x'.repeat(257)]) judge({ orderId, version: 9 })

    expect(judge(body)).toBe('passed')
  })

  it('are remembered for so many keys, the one not seen for longest is forgotten', () => {
    const judge = judgeBy(latest)
    for (let key = 0; key < latestKeysMax; key++) judge({ orderId: `k${key}`, version: 2 })
    judge({ orderId: 'k0', version: 2 })
    judge({ orderId: 'new', version: 2 })

    expect(judge({ orderId: 'k0', version: 1 })).toBe('filtered')
    expect(judge({ orderId: 'k1', version: 1 })).toBe('passed')
  })

  it('are not remembered of what an earlier filter keeps out', () => {
    const judge = judgeBy({ type: 'jsonpath', path: '$.status', matcher: 'paid' }, latest)
    judge({ orderId: 'a', version: 5, status: 'new' })

    expect(judge({ orderId: 'a', version: 4, status: 'paid' })).toBe('passed')
  })

  it('are refused without a key, with a broken path, or inside another filter', () => {
    expect(problemOf({ type: 'latest' })).toHaveProperty(
      'problem',
      expect.stringMatching(/\.key must not be/),
    )
    expect(problemOf({ ...latest, version: '$[' })).toHaveProperty('problem')
    expect(problemOf({ type: 'not', filter: latest })).toEqual({
      problem: 'Subscription.filters[0].filter must stand by itself: latest remembers what passes it',
    })
  })
})
