import { describe, expect, it } from 'vitest'
import { Refused, fakeNow, runFake } from '../testing/fake-outside.js'
import type { CheckupFacts, ProcessFacts } from './facts.js'

const self = {
  version: '0.1.0',
  node: 'v20.19.0',
  isReady: true,
  settings: { 'kafka.namespace': 'a' },
  disk: null,
}
const living = (kind: string, told: Partial<ProcessFacts> = {}): ProcessFacts => ({
  ...{ id: `${kind}-1`, kind, version: '0.1.0', tookMs: 2, problem: null, clockAheadMs: 3, self },
  ...told,
})
const healthy = [living('frontend'), living('consumers'), living('management')]
const well: CheckupFacts = {
  at: new Date(fakeNow).toISOString(),
  zookeeper: { tookMs: 2, problem: null },
  kafka: { tookMs: 3, problem: null, brokers: [1, 2, 3], topics: 4, problemCount: 0, problems: [] },
  processes: healthy,
}
const overview = {
  counts: { groups: 1, topics: 4, subscriptions: 5, suspended: 1 },
  ...{ stuckCount: 0, stuck: [], openCircuitCount: 0, openCircuits: [] },
}

function doctor(words: string, checkup: unknown = well, told: unknown = overview, ready: unknown = 'READY') {
  const answers = { 'GET /checkup': checkup, 'GET /overview': told, 'GET frontend:/status/ready': ready }
  return runFake(`doctor ${words}`, { answers })
}

/** Findings that something has to be done about, in words for programs. */
async function found(checkup: Partial<CheckupFacts>, told: object = {}): Promise<unknown> {
  const { out } = await doctor('--json --quiet', { ...well, ...checkup }, { ...overview, ...told })
  const { findings } = JSON.parse(out) as { findings: { severity: string; check: string }[] }
  return findings.map(({ severity, check }) => `${severity} ${check}`)
}

describe('doctor', () => {
  it('says what is well, and ends with 0', async () => {
    const { code, out } = await doctor('')
    const quiet = await doctor('--quiet')

    expect([code, quiet.code, quiet.out]).toEqual([0, 0, ''])
    expect(out).toMatchInlineSnapshot(`
      "ok        ZooKeeper answers management in 2 ms.
      ok        Kafka answers management in 3 ms, 3 brokers.
      ok        4 topics looked at in Kafka, nothing wrong.
      ok        Live: 1 frontend, 1 consumers, 1 management; their clocks, versions and common settings
                agree.
      ok        The frontend http://127.0.0.1:8080 is ready and answers in 0 ms.
      ok        None of 5 subscriptions is stuck (1 suspended).

      All is well.
      "
    `)
  })

  it('says what is wrong and what to do, the gravest first, and ends with 2', async () => {
    const stuck = { topic: 'shop.orders', subscription: 'billing', text: 'none of 8 attempts succeeded' }
    const { code, out } = await doctor(
      '--quiet',
      {
        ...well,
        zookeeper: { tookMs: 1_200, problem: null },
        kafka: {
          ...well.kafka,
          problemCount: 1,
          problems: [
            { topic: 'shop.orders', problem: 'NO_LEADER', text: '1 of 2 partitions have no leader' },
          ],
        },
      },
      { ...overview, stuckCount: 1, stuck: [stuck] },
    )

    expect(code).toBe(2)
    expect(out).toMatchInlineSnapshot(`
      "critical  shop.orders: 1 of 2 partitions have no leader.
                Next: Start the brokers that hold its replicas.
      warning   ZooKeeper answers management in 1200 ms.
                Next: Changes and starts are slow: look at the load and the disks of ZooKeeper, and the
                network to it.
      warning   shop.orders/billing: none of 8 attempts succeeded.
                Next: iris why shop.orders billing
      "
    `)
  })

  it('says what there is to say while ZooKeeper is away and management lists nothing', async () => {
    const away = { ...well, zookeeper: { tookMs: null, problem: 'not connected' }, processes: [] }
    const unknown = new Refused(503, { message: 'ZooKeeper cannot be reached', code: 'STORAGE_UNAVAILABLE' })
    const ran = await doctor('--quiet', away, unknown)
    const elsewise = await doctor('--quiet', well, unknown)

    expect([ran.code, elsewise.code]).toEqual([2, 2])
    expect(ran.out).toMatch(/^critical {2}ZooKeeper does not answer management: not connected\. Publishing/)
    expect(ran.out).not.toMatch(/subscriptions\.stuck|warning/)
    expect(elsewise.out).toContain('does not tell which subscriptions are stuck: ZooKeeper cannot be reached')
  })

  it.each<[string, Partial<CheckupFacts>, string[]]>([
    [
      'ZooKeeper is away',
      { zookeeper: { tookMs: null, problem: 'not connected' }, processes: [] },
      ['critical zookeeper'],
    ],
    ['Kafka is away', { kafka: { ...well.kafka, tookMs: null, problem: 'no broker' } }, ['critical kafka']],
    [
      'nobody delivers',
      { processes: healthy.filter(({ kind }) => kind !== 'consumers') },
      ['critical processes.consumers'],
    ],
    [
      'nobody takes messages',
      { processes: healthy.filter(({ kind }) => kind !== 'frontend') },
      ['critical processes.frontend'],
    ],
    [
      'a process is silent',
      {
        processes: [...healthy, living('consumers', { problem: 'timeout', self: null, clockAheadMs: null })],
      },
      ['warning process.consumers'],
    ],
    [
      'one is not ready',
      { processes: [...healthy, living('frontend', { self: { ...self, isReady: false } })] },
      ['warning process.frontend'],
    ],
    [
      'a clock is ahead',
      { processes: [...healthy, living('frontend', { clockAheadMs: 1_500 })] },
      ['warning clocks'],
    ],
    [
      'a clock is far behind',
      { processes: [...healthy, living('frontend', { clockAheadMs: -90_000 })] },
      ['critical clocks'],
    ],
    [
      'a slow way hides a clock',
      { processes: [...healthy, living('frontend', { clockAheadMs: 1_500, tookMs: 2_000 })] },
      [],
    ],
    [
      'versions differ',
      { processes: [...healthy, living('frontend', { version: '0.0.9' })] },
      ['warning versions'],
    ],
    [
      'a setting differs',
      {
        processes: [
          ...healthy,
          living('consumers', { self: { ...self, settings: { 'kafka.namespace': 'b' } } }),
        ],
      },
      ['critical settings'],
    ],
    [
      'a disk is nearly full',
      {
        processes: [
          ...healthy,
          living('frontend', { self: { ...self, disk: { freeBytes: 2 ** 28, totalBytes: 2 ** 40 } } }),
        ],
      },
      ['warning disks'],
    ],
  ])('finds that %s', async (_what, checkup, expected) => {
    expect(await found(checkup)).toEqual(expected)
  })

  it('names a circuit that is open once, also where its subscription is stuck', async () => {
    const one = { topic: 'a.b', subscription: 's', text: 'only probes go out' }
    const told = { stuckCount: 1, stuck: [one], openCircuitCount: 1, openCircuits: [one] }

    expect(await found({}, told)).toEqual(['warning subscriptions.stuck'])
    expect(await found({}, { openCircuitCount: 1, openCircuits: [one] })).toEqual([
      'warning subscriptions.circuit',
    ])
  })

  it('finds a frontend that is not ready for us, and says when it cannot ask management', async () => {
    const notReady = await doctor('--quiet', well, overview, new Refused(503, 'NOT_READY'))
    const older = await doctor('', new Refused(404, {}))

    expect([notReady.code, notReady.out]).toEqual([
      2,
      expect.stringContaining('http://127.0.0.1:8080 is not ready'),
    ])
    expect([older.code, older.said]).toEqual([1, expect.stringContaining('Management cannot be asked')])
  })
})
