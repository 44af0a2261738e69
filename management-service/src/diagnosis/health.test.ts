import { describe, expect, it } from 'vitest'
import { healthOf } from './health.js'
import { factsWith, type Changes } from './testing/facts-with.js'

const attempts = (outcomes: Record<string, number>): NonNullable<Changes['recent']> => ({
  attempts: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
  outcomes,
})
const retrying: NonNullable<Changes['subscription']> = { subscriptionPolicy: { retryClientErrors: true } }

describe("Hermes' health of a subscription", () => {
  it.each<[string, Changes, string[]]>([
    ['well', {}, []],
    ['at its thresholds', { recent: attempts({ 200: 300, error: 500, timeout: 100, 500: 100 }) }, []],
    ['without answers', { recent: attempts({ 200: 300, error: 501 }) }, ['UNREACHABLE']],
    ['with answers too late', { recent: attempts({ 200: 300, timeout: 60 }) }, ['TIMING_OUT']],
    ['answered 5xx', { recent: attempts({ 200: 300, 500: 30, 503: 30 }) }, ['MALFUNCTIONING']],
    [
      'answered 4xx that is retried',
      { recent: attempts({ 200: 300, 400: 60 }), subscription: retrying },
      ['RECEIVING_MALFORMED_MESSAGES'],
    ],
    ['answered 4xx that is final', { recent: attempts({ 200: 300, 400: 60 }) }, []],
    ['too quiet to tell', { recent: attempts({ 500: 120 }) }, []],
    ['ten minutes behind', { partition: { end: 701, publishedLastMinute: 30 } }, ['LAGGING']],
    ['a little less behind', { partition: { end: 700, publishedLastMinute: 60 } }, []],
    ['far behind a silent topic', { partition: { end: 1e6, publishedLastMinute: 0 } }, []],
  ])('%s', (_what, changes, codes) => {
    const { status, problems } = healthOf(factsWith(changes))

    expect(problems.map(({ code }) => code)).toEqual(codes)
    expect(status).toBe(codes.length === 0 ? 'HEALTHY' : 'UNHEALTHY')
  })

  it('is well while it is suspended, whatever else', () => {
    const facts = factsWith({ subscription: { state: 'SUSPENDED' }, recent: attempts({ error: 900 }) })

    expect(healthOf(facts)).toEqual({ status: 'HEALTHY', problems: [] })
  })

  it.each([
    ['Kafka', { kafka: { problem: 'silence' } }],
    ['ZooKeeper', { consumers: { problem: 'silence' } }],
    ['any consumers process', { consumers: factsWith({ consumers: { said: [] } }).consumers }],
  ])('is not known without an answer of %s', (_who, silence) => {
    expect(healthOf({ ...factsWith(), ...silence })).toEqual({ status: 'NO_DATA', problems: [] })
  })
})
