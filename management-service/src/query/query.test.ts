import { describe, expect, it } from 'vitest'
import { conditionsMax, objectStepsMax, parseQuery } from './query.js'

const topic = {
  name: 'acme.orders',
  maxMessageSize: 51_200,
  trackingEnabled: false,
  owner: { source: 'Plaintext', id: 'Orders Team' },
  retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  auth: { publishers: ['shop', 'cart'] },
}

function matches(query: unknown): boolean {
  return parseQuery({ query }).whole.isMeant(topic)
}

function refusedWith(body: unknown): unknown {
  try {
    parseQuery(body).whole.isMeant(topic)
    return null
  } catch (error) {
    const { code, status, message } = error as { code: string; status: number; message: string }
    return { code, status, message }
  }
}

describe('a query', () => {
  it.each([
    [{}],
    ['anything but an object means all'],
    [{ name: 'acme.orders' }],
    [{ maxMessageSize: 51_200 }],
    [{ maxMessageSize: '51200' }],
    [{ trackingEnabled: 'false' }],
    [{ 'owner.id': { eq: 'Orders Team' } }],
    [{ 'owner/id': { EQ: 'Orders Team' } }],
    [{ name: { ne: 'other' } }],
    [{ missing: { ne: 'x' } }],
    [{ missing: 'null' }],
    [{ 'nowhere.at.all': { ne: 'x' } }],
    [{ name: { like: '(?i)ACME\\..*' } }],
    [{ 'auth.publishers': { like: '\\[shop, cart\\]' } }],
    [{ 'auth.publishers[2]': 'cart' }],
    [{ name: { in: ['x', 'acme.orders'] } }],
    [{ maxMessageSize: { in: ['51200'] } }],
    [{ maxMessageSize: { gt: 51_199 } }],
    [{ maxMessageSize: { gt: '51199' } }],
    [{ 'retentionTime.duration': { lt: 2 } }],
    [{ name: { gt: 5 } }],
    [{ and: [{ name: 'acme.orders' }, { trackingEnabled: false }] }],
    [{ or: [{ name: 'x' }, { name: 'acme.orders', trackingEnabled: false }] }],
    [{ not: { name: 'x' } }],
    [{ NOT: { or: [{ name: 'x' }, { name: 'y' }] } }],
  ])('%j means the topic', query => {
    expect(matches(query)).toBe(true)
  })

  it.each([
    [{ name: 'acme' }],
    [{ maxMessageSize: 51_201 }],
    [{ name: null }],
    [{ missing: null }],
    [{ maxMessageSize: { eq: 51_200 + 2 ** 32 } }],
    [{ 'nowhere.at.all': 'null' }],
    [{ name: { ne: 'acme.orders' } }],
    [{ name: { like: 'acme' } }],
    [{ name: { like: 'ACME.*' } }],
    [{ 'auth.publishers[0]': 'shop' }],
    [{ 'auth.publishers[3]': 'shop' }],
    [{ missing: { in: ['null'] } }],
    [{ name: { in: [] } }],
    [{ maxMessageSize: { gt: 51_200 } }],
    [{ maxMessageSize: { lt: 51_200 } }],
    [{ 'nowhere.at.all': { gt: 0 } }],
    [{ name: 'acme.orders', trackingEnabled: true }],
    [{ or: [{ name: 'x' }, { name: 'acme.orders', trackingEnabled: true }] }],
    [{ or: [] }],
    [{ not: { name: 'acme.orders' } }],
  ])('%j does not mean the topic', query => {
    expect(matches(query)).toBe(false)
  })

  const unparsed = 'Query could not be parsed'
  it.each([
    [null, "JSON object must contain 'query' attribute"],
    [[], "JSON object must contain 'query' attribute"],
    [{}, "JSON object must contain 'query' attribute"],
    [{ query: { name: { bogus: 1 } } }, unparsed],
    [{ query: { name: {} } }, unparsed],
    [{ query: { name: { eq: 1, ne: 2 } } }, unparsed],
    [{ query: { in: ['a'] } }, unparsed],
    [{ query: { not: {} } }, unparsed],
    [{ query: { not: { a: 1, b: 2 } } }, unparsed],
    [{ query: { and: ['a'] } }, unparsed],
    [{ query: { and: { name: 'x' } } }, 'Element value was expected to be an array'],
    [{ query: { or: 'x' } }, 'Element value was expected to be an array'],
    [{ query: { name: { in: 'x' } } }, 'Element value was expected to be an array'],
    [{ query: { name: ['x'] } }, "The node value wasn't present"],
    [{ query: { name: { eq: { a: 1 } } } }, "The node value wasn't present"],
    [{ query: { name: { in: [['x']] } } }, "The node value wasn't present"],
  ])('%j is refused as malformed', (body, message) => {
    expect(refusedWith(body)).toEqual({ code: 'FORMAT_ERROR', status: 400, message })
  })

  it.each([
    [{ name: { like: '(' } }, "Could not parse regexp pattern: '('"],
    [{ name: { like: '(a)\\1' } }, "Could not parse regexp pattern: '(a)\\1'"],
    [{ maxMessageSize: { gt: 'much' } }, "The value 'much' for 'maxMessageSize' is not a number"],
    [{ missing: { lt: 5 } }, "There is no member 'missing' to compare"],
  ])('%j is refused for what its caller wrote', (query, message) => {
    expect(refusedWith({ query })).toEqual({ code: 'OTHER', status: 400, message })
  })

  it('has at most so many conditions', () => {
    const conditions = (count: number): unknown => ({
      query: Object.fromEntries(Array.from({ length: count }, (_each, n) => [`missing${n}`, 'null'])),
    })

    expect(refusedWith(conditions(conditionsMax))).toBeNull()
    expect(refusedWith(conditions(conditionsMax + 1))).toMatchObject({
      code: 'FORMAT_ERROR',
      message: `A query has at most ${conditionsMax} conditions`,
    })
  })

  it('costs at most so much for one object', () => {
    const { whole } = parseQuery({ query: { name: { like: '(ab|cd)*e' } } })

    expect(() => whole.isMeant({ name: 'a'.repeat(objectStepsMax) })).toThrow('cost too much')
    expect(whole.isMeant({ name: 'abe' })).toBe(true)
  })

  it('counts what it cannot know of a part as a match, under a negation too', () => {
    const { partial } = parseQuery({ query: { name: 'acme.orders', rate: { gt: 5 }, not: { rate: '0.0' } } })

    expect(partial.isMeant(topic)).toBe(true)
    expect(partial.isMeant({ ...topic, rate: '0.0' })).toBe(false)
    expect(partial.isMeant({ name: 'other' })).toBe(false)
  })
})
