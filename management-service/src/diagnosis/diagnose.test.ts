import { describe, expect, it } from 'vitest'
import { diagnose } from './diagnose.js'
import { readRow, type Facts, type Said } from './facts.js'
import type { Finding } from './finding.js'
import { pageOf } from './page.js'
import { factsWith, nowMs, rowOf, type Changes } from './testing/facts-with.js'

const failing = (outcomes: Record<string, number>, succeeded = 0): NonNullable<Changes['recent']> => ({
  attempts: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
  succeeded,
  outcomes,
  ended: { delivered: succeeded, givenUp: 0, filtered: 0 },
  lastFailure: { outcome: 'error', detail: 'connect ECONNREFUSED 10.0.0.1:80', agoMs: 100 },
})
const idle: NonNullable<Changes['recent']> = {
  ...{ attempts: 0, succeeded: 0, outcomes: {}, meanMs: null, p50Ms: null, p99Ms: null },
  ended: { delivered: 0, givenUp: 0, filtered: 0 },
}
const silentOwner: Said = { instance: 'host$1', answer: { problem: 'did not finish in 800 ms' } }
const oldest = { offset: 41, attempts: 7, failingForMs: 90_000 }
const behind = { committed: 50 }
const limited = {
  ...{ mode: 'limited', rate: 5, maxRate: 400, circuit: 'closed' },
  ...{ why: 'half of the attempts failed at 12/s', next: 'it tries 5.5/s in 10 s' },
}

/** Cause, gravity, the changed facts, and words that the sentence or the advice must have. */
const table: readonly (readonly [string, Finding['severity'], Facts, readonly string[]])[] = [
  [
    'ZOOKEEPER_SILENT',
    'critical',
    { ...factsWith(), definition: { problem: 'no session' }, consumers: { problem: 'no session' } },
    ['no session', 'ordered ones stop'],
  ],
  ['KAFKA_SILENT', 'critical', { ...factsWith(), kafka: { problem: 'no broker' } }, ['no broker']],
  [
    'KAFKA_TOPIC_MISSING',
    'critical',
    factsWith({ kafka: { partitions: [] }, recent: idle }),
    ['no topic acme.orders'],
  ],
  ['NOT_SUPPORTED', 'critical', factsWith({ unsupported: ['BROADCAST is not'] }), ['BROADCAST is not']],
  [
    'SUSPENDED',
    'critical',
    factsWith({
      subscription: { state: 'SUSPENDED' },
      partition: behind,
      consumers: { locks: [], said: [] },
    }),
    ['suspended', '100 messages wait', 'state with "ACTIVE"'],
  ],
  [
    'FOREIGN_MEMBER',
    'critical',
    factsWith({ kafka: { members: [{ clientId: 'hermes', host: '/10.0.0.9' }] } }),
    ['client hermes at /10.0.0.9', 'each 5 s'],
  ],
  [
    'NO_CONSUMERS',
    'critical',
    factsWith({ consumers: { live: [], locks: [], said: [] } }),
    ['No consumers process', 'Start consumers-service'],
  ],
  [
    'WITHOUT_OWNER',
    'critical',
    factsWith({ consumers: { locks: [], said: [] } }),
    ['No partition has an owner'],
  ],
  [
    'WITHOUT_OWNER',
    'warning',
    factsWith({ consumers: { locks: [{ partition: 0, instance: 'host$1' }] } }),
    ['No process owns partition 1, of 2 partitions'],
  ],
  [
    'NOT_STARTED',
    'critical',
    factsWith({ row: { notRunning: 'Kafka does not give its offsets', delivery: null, recent: null } }),
    ['Kafka does not give its offsets'],
  ],
  [
    'OWNER_GONE',
    'warning',
    factsWith({ consumers: { live: [{ instance: 'other$2', url: '' }] } }),
    ['host$1'],
  ],
  [
    'OWNER_SILENT',
    'warning',
    factsWith({ consumers: { said: [silentOwner] } }),
    ['partitions 0, 1', 'http://host:8000', 'did not finish'],
  ],
  [
    'REMOVED_BY_RETENTION',
    'critical',
    factsWith({ partition: { committed: 10, first: 60 } }),
    ['100 messages', 'retentionTime'],
  ],
  ['OFFSETS_MISSING', 'warning', factsWith({ partition: { committed: null } }), ['partitions 0, 1']],
  [
    'CHANGING_HANDS',
    'info',
    factsWith({
      row: { partitions: [{ partition: 1, state: 'waiting for the lock', unsettled: 0, oldest: null }] },
    }),
    ['partition 1: waiting for the lock'],
  ],
  [
    'FENCED',
    'critical',
    factsWith({ delivery: { isFenced: true, heldBack: 'ZooKeeper is silent' } }),
    ['ZooKeeper is silent'],
  ],
  [
    'ENDPOINT_DOWN',
    'critical',
    factsWith({ recent: failing({ error: 118, timeout: 2 }), partition: behind }),
    ['None of the 120 attempts', '118 had no answer', 'ECONNREFUSED', 'billing.example', '100 ms', '60 min'],
  ],
  [
    'ENDPOINT_FAILING',
    'warning',
    factsWith({ recent: failing({ 500: 30, 200: 70 }, 70) }),
    ['30 of the 100 attempts', '30 answered 500'],
  ],
  [
    'ENDPOINT_FAILING',
    'warning',
    factsWith({ recent: failing({ 404: 30, 200: 70 }, 70) }),
    ['4xx is not tried again'],
  ],
  [
    'ENDPOINT_ASKS_TO_WAIT',
    'critical',
    factsWith({ recent: failing({ 429: 10 }) }),
    ['asked for a pause in 10 of 10', 'Retry-After'],
  ],
  [
    'ENDPOINT_SLOW',
    'warning',
    factsWith({
      delivery: { inflight: 2, inflightMax: 2 },
      recent: { ...failing({ 200: 63 }, 63), meanMs: 1_900, lastFailure: null },
      partition: { ...behind, publishedLastMinute: 600 },
    }),
    ['All 2 places', '2 / 1.9 s = 1.05 messages/s', '20/s were published', 'inflightSize'],
  ],
  [
    'RATE_ADAPTED',
    'warning',
    factsWith({ delivery: { pace: limited, rate: 5, isPaced: true }, partition: behind }),
    ['at most 5/s, of the 400/s', 'half of the attempts failed', 'it tries 5.5/s'],
  ],
  ['RATE_ADAPTED', 'critical', factsWith({ delivery: { pace: { ...limited, circuit: 'open' } } }), ['5/s']],
  [
    'RATE_LIMITED',
    'warning',
    factsWith({
      subscription: { subscriptionPolicy: { rate: 10 } },
      delivery: { isPaced: true, rate: 10 },
      partition: behind,
    }),
    ['at most 10/s', '100 messages that wait take 10 s', 'now 10'],
  ],
  [
    'KEYS_BLOCKED',
    'warning',
    factsWith({ delivery: { parked: 12, waiting: 1, nextDueInMs: 3_000 } }),
    ['12 messages wait behind', 'due in 3 s'],
  ],
  [
    'KEYS_PARKED',
    'warning',
    factsWith({
      parkedKeys: [
        {
          ...{ hash: 'acade5fe58d0b5a8', key: 'customer-7', since: nowMs - 60_000, messageId: 'm' },
          ...{ partition: 0, offset: 5, reason: 'answered 500' },
        },
      ],
    }),
    ['1 parked key', 'customer-7', '60 s', 'answered 500', '/parked-keys'],
  ],
  ['WINDOW_FULL', 'warning', factsWith({ delivery: { windowShare: 1 } }), ['fills their window']],
  [
    'HELD_BACK',
    'warning',
    factsWith({ delivery: { heldBack: 'too many messages wait for a retry in this process' } }),
    ['too many messages wait'],
  ],
  [
    'DEAD_LETTERS',
    'warning',
    factsWith({ kafka: { deadLetters: { all: 1_204, lastHour: 3 } } }),
    ['3 messages were given up', '1,204', '/dead-letters'],
  ],
  [
    'RETRIES_WAITING',
    'info',
    factsWith({
      delivery: { waiting: 3, nextDueInMs: 900 },
      row: { partitions: [{ partition: 1, state: 'running', unsettled: 3, oldest }] },
    }),
    ['3 messages wait', 'next in 900 ms', 'offset 41 of partition 1 has failed 7 times in 90 s'],
  ],
  [
    'LATE_RETRIES',
    'info',
    factsWith({ row: { delayed: '12 wait in the delay topic, the next until 2026-01-01T12:00:10.000Z' } }),
    ['12 wait in the delay topic'],
  ],
  [
    'FILTERED_ALL',
    'info',
    factsWith({ recent: { ...idle, ended: { delivered: 0, givenUp: 0, filtered: 60 } } }),
    ['all 60 messages'],
  ],
  [
    'CATCHING_UP',
    'info',
    factsWith({
      partition: { end: 1_000 },
      kafka: {},
      recent: { ...failing({ 200: 600 }, 600), lastFailure: null },
    }),
    ['1,800 messages wait', '10/s were delivered and 1/s published', 'gone in 3 min'],
  ],
  [
    'FALLING_BEHIND',
    'warning',
    {
      ...factsWith(),
      kafka: {
        ...factsWith({ partition: { end: 1_000, publishedLastMinute: 600 } }).kafka,
        oldestPublishedMs: nowMs - 300_000,
      },
    },
    ['the oldest for 5 min', '1/s were delivered and 20/s published'],
  ],
  ['ALL_FINE', 'info', factsWith(), ['60 of 60 attempts', '20 ms each', '0 messages on the way']],
  [
    'NOTHING_TO_DO',
    'info',
    factsWith({ recent: idle, partition: { publishedLastMinute: 0 } }),
    ['nothing was published in the last minute'],
  ],
  ['JUST_BEGUN', 'info', factsWith({ recent: idle, partition: behind }), ['100 messages wait']],
]

describe('a diagnosis', () => {
  it.each(table)('finds %s (%s)', (cause, severity, facts, words) => {
    const found = diagnose(facts).findings.find(each => each.cause === cause)
    const said = `${found?.text} ${found?.next}`

    expect(found?.severity).toBe(severity)
    for (const word of words) expect(said).toContain(word)
    expect(said).not.toContain('secret')
    expect(found?.text.trim()).toMatch(/\.$|[^.]$/)
  })

  it('tells the failures of the last minute by cause, added up over processes', () => {
    const row = (count: number, agoMs: number) => ({
      instance: `host$${count}`,
      answer: {
        row: rowOf({
          recent: {
            attempts: 10,
            failures: {
              timeout: { count, detail: `${agoMs} ago`, agoMs },
              503: { count: 3, detail: '', agoMs },
            },
          },
        }),
      },
    })
    const facts = factsWith({ consumers: { said: [row(1, 50), row(4, 20)] } })

    expect(diagnose(facts).lastMinute).toEqual({
      attempts: 20,
      failures: [
        { cause: '503', count: 6, detail: '', agoMs: 20 },
        { cause: 'timeout', count: 5, detail: '20 ago', agoMs: 20 },
      ],
    })
    expect(diagnose(factsWith({ row: { recent: null } })).lastMinute).toBe(null)
  })

  it.each([
    ['does not tell why attempts failed', undefined],
    ['tells it otherwise', { timeout: 3 }],
  ])('tells no failures while one of several consumers %s', (_how, failures) => {
    const present = rowOf()
    const other = readRow([{ ...present, recent: { ...present.recent, failures } }])
    const told = { instance: 'present', answer: { row: present } }
    const facts = (...said: Said[]) => factsWith({ consumers: { said } })

    expect(other).toMatchObject({ row: { recent: { attempts: 60, failures: null } } })
    expect(diagnose(facts(told, { instance: 'other', answer: other })).lastMinute).toBe(null)
    expect(diagnose(facts(told)).lastMinute).toMatchObject({ attempts: 60 })
  })

  it('finds nothing but that all is well where all is well', () => {
    expect(diagnose(factsWith())).toMatchObject({
      ...{ subscription: 'acme.orders$billing', state: 'ACTIVE', lag: 0 },
      findings: [{ cause: 'ALL_FINE' }],
    })
  })

  it.each<[string, Changes]>([
    ['a few failures among many attempts', { recent: failing({ 500: 2, 200: 98 }, 98) }],
    ['a full flight without backlog', { delivery: { inflight: 100, inflightMax: 100 } }],
    ['a backlog without a full flight', { delivery: { inflight: 10 }, partition: { committed: 80 } }],
    ['a rate that is used up without backlog', { delivery: { isPaced: true } }],
    [
      'a rate that was learnt and lets everything through',
      { delivery: { pace: { ...limited, mode: 'full', rate: 400 } } },
    ],
    ['dead letters of yesterday', { kafka: { deadLetters: { all: 9, lastHour: 0 } } }],
    ['filters that let something through', { recent: { ended: { delivered: 60, givenUp: 0, filtered: 9 } } }],
    ['messages that left Kafka after they were delivered', { partition: { first: 90 } }],
  ])('does not mistake %s for a cause', (_what, changes) => {
    expect(diagnose(factsWith(changes)).findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })

  it('does not blame the rate of a subscription whose endpoint takes less', () => {
    const facts = factsWith({ delivery: { pace: limited, rate: 5, isPaced: true }, partition: behind })

    expect(diagnose(facts).findings.map(({ cause }) => cause)).not.toContain('RATE_LIMITED')
  })

  it('blames no owner of a subscription that is not meant to run', () => {
    const facts = factsWith({ subscription: { state: 'SUSPENDED' }, consumers: { locks: [], said: [] } })

    expect(diagnose(facts).findings.map(({ cause }) => cause)).toEqual(['SUSPENDED'])
  })

  it('puts what stops everything first, and sums it up', () => {
    const facts = factsWith({
      delivery: { waiting: 3, nextDueInMs: 10 },
      recent: failing({ error: 10 }),
      kafka: { deadLetters: { all: 1, lastHour: 1 } },
    })
    const { findings, summary } = diagnose(facts)

    expect(findings.map(({ cause }) => cause)).toEqual(['ENDPOINT_DOWN', 'DEAD_LETTERS', 'RETRIES_WAITING'])
    expect(summary).toContain('None of the 10 attempts')
    expect(summary).toContain('(and 1 further finding)')
  })

  it('adds up what several owners say', () => {
    const said = [0, 1].map(index => ({
      instance: `host$${index}`,
      answer: { row: rowOf({ delivery: { inflight: 1, inflightMax: 1 }, recent: { meanMs: 1_000 } }) },
    }))
    const { findings } = diagnose(factsWith({ consumers: { said }, partition: behind }))

    expect(findings[0]).toMatchObject({
      cause: 'ENDPOINT_SLOW',
      figures: { inflight: 2, inflightMax: 2, boundPerS: 2, lag: 100 },
    })
  })

  it('knows nothing of the state and the lag when nobody answers', () => {
    const silent = { problem: 'silence' }
    const facts: Facts = { ...factsWith(), definition: silent, kafka: silent, consumers: silent }

    expect(diagnose(facts)).toMatchObject({ state: 'UNKNOWN', lag: null })
  })

  it('is a page of lines that fit a terminal', () => {
    const page = pageOf(
      diagnose(factsWith({ recent: failing({ error: 118, timeout: 2 }), partition: behind })),
    )

    expect(page).toMatch(
      /^acme\.orders\$billing: ACTIVE, 100 messages waiting\n\n1\. critical ENDPOINT_DOWN\n/,
    )
    expect(page).toContain('\n   Next: ')
    for (const line of page.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })
})
