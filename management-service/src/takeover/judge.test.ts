import { parseNetworks } from '@iris/common/http/address-guard'
import { describe, expect, it } from 'vitest'
import { judgeKafka, type GroupFacts } from './judge-kafka.js'
import { judgeTree, type Judgement } from './judge.js'
import { exitCodeOf, reportJson, reportText, shownMax, type Report } from './report.js'
import type { TreeNode } from './tree.js'

type Plan = Readonly<Record<string, string | object>>

/** A tree from paths; a path with `*` at its end goes with a session. */
function treeOf(plan: Plan): TreeNode {
  const make = (data = '', isEphemeral = false): TreeNode => ({
    ...{ data: Buffer.from(data), stat: { ctimeMs: 1, mtimeMs: 1 }, isEphemeral, children: new Map() },
  })
  const root = make()
  for (const [path, value] of Object.entries({ groups: '', ...plan })) {
    const names = path.replace('*', '').split('/')
    let at = root
    names.forEach((name, index) => {
      const isLast = index === names.length - 1
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      const node = isLast ? make(text, path.endsWith('*')) : (at.children.get(name) ?? make('10.0.0.1'))
      ;(at.children as Map<string, TreeNode>).set(name, node)
      at = node
    })
  }
  return root
}

const topic = { name: 'g.t', description: '', contentType: 'JSON' }
const subscription = (members: object): object => ({
  ...{ topicName: 'g.t', name: 's', state: 'ACTIVE', endpoint: 'http://shop.test/' },
  ...members,
})
const withSubscription = (members: object, more: Plan = {}): Judgement =>
  judged({
    ...{ 'groups/g': { groupName: 'g' }, 'groups/g/topics/t': topic },
    'groups/g/topics/t/subscriptions/s': subscription(members),
    ...more,
  })
const judged = (plan: Plan): Judgement => judgeTree(treeOf(plan), parseNetworks([]))
const said = ({ findings }: { findings: Judgement['findings'] }): string[] =>
  findings.map(({ severity, place, text }) => `${severity} ${place}: ${text}`)

describe('the take-over check of a tree', () => {
  it('has nothing to say about what Iris serves as Hermes did', () => {
    const { findings, understood } = withSubscription({})

    expect(findings).toEqual([])
    expect(understood).toEqual({ groups: 1, topics: 1, subscriptions: 1, oAuthProviders: 0, constraints: 0 })
  })

  it.each<[string, object, RegExp]>([
    [
      'a filter that RE2 cannot express',
      { filters: [{ type: 'jsonpath', path: '$.a', matcher: '(?=x)' }] },
      /look ahead/,
    ],
    ['another protocol', { endpoint: 'jms://queue/' }, /other protocols/],
    ['an address inside', { endpoint: 'http://10.1.2.3/' }, /10\.1\.2\.3 is .*does not call unless/],
    ['no address', { endpoint: 'http://' }, /endpoint/],
    [
      'a provider that is not there',
      { oAuthPolicy: { grantType: 'password', providerName: 'p' } },
      /no OAuth provider p/,
    ],
    ['a text that is none of ours', { deliveryType: 'LATER' }, /LATER|deliveryType/],
    ['no endpoint', { endpoint: null }, /no endpoint/],
  ])('wants attention for a subscription with %s', (_what, members, text) => {
    const { findings } = withSubscription(members)

    expect(findings.filter(({ severity }) => severity === 'attention')).toEqual([
      expect.objectContaining({ place: 'subscription g.t$s', text: expect.stringMatching(text) as string }),
    ])
  })

  it('counts what changes for many, and what only Hermes knows', () => {
    const result = withSubscription(
      { deliveryType: 'BATCH', state: 'PENDING', endpoint: 'http://u:p@shop.test/', future: 1 },
      {
        'groups/g/topics/u': {
          ...topic,
          name: 'g.u',
          contentType: 'AVRO',
          owner: { source: 'x', id: 'y', team: 1 },
        },
      },
    )

    expect(said(result).sort()).toEqual([
      'change 1 AVRO topics: need the schema registry',
      'change 1 BATCH subscriptions: get the last message of each partition again, as Hermes commits one less than it delivered',
      'change 1 PENDING subscriptions: become ACTIVE as soon as a consumer has them',
      'change 1 passwords in endpoints: are in clear text and stay so, that Hermes can read them',
      'ignored future of subscriptions: a member that Iris does not know, 1 times; it is kept and has no effect',
      'ignored owner.team of topics: a member that Iris does not know, 1 times; it is kept and has no effect',
    ])
  })

  it('names processes of Hermes that run, nodes that nobody knows, and those that stay', () => {
    const result = judged({
      'consumers-registry/dc/nodes/host$1*': '',
      'consumers-registry/dc/nodes/host$2': '',
      'management/leader/_c_1*': 'host',
      'consumers-rate/dc': '',
      'somebody/else': '',
      'groups/g': '',
      'oauth-providers/idp': { name: 'idp', tokenEndpoint: 'ftp://x', clientSecret: 's' },
      'consumers-workload-constraints/g.t': 'three',
    })

    expect(said(result)).toEqual(
      expect.arrayContaining([
        'attention consumer host$1: a consumers process of Hermes runs (cluster dc)',
        'attention management host: a management of Hermes runs',
        'attention group g: its node holds nothing',
        'attention OAuth provider idp: ftp://x is no http or https address',
        'attention constraint of g.t: it says no number of consumers',
        "ignored consumers-rate: the rates of Hermes' consumers; Iris shares rates anew",
        'ignored somebody: a node that Hermes does not have, with 1 children',
      ]),
    )
    expect(said(result).join()).not.toContain('host$2')
  })
})

describe('the take-over check of Kafka', () => {
  const namespace = { namespace: 'ns', separator: '_' }
  const groupOf = (facts: Partial<GroupFacts>): ReadonlyMap<string, GroupFacts> =>
    new Map([['g.t$s', { group: { state: 'Empty', members: [] }, offsets: [], ...facts }]])
  const asked = (topics: readonly string[], facts: Partial<GroupFacts> = {}): string[] =>
    said({
      findings: judgeKafka(
        withSubscription({}),
        { topics: new Set(topics), groups: groupOf(facts) },
        namespace,
      ),
    })

  it('has nothing to say where topics, offsets and groups are as they should be', () => {
    const offsets = [{ committed: 5, earliest: 0 }]

    expect(asked(['ns_g.t', '__consumer_offsets', 'other', 'ns_iris_traces'], { offsets })).toEqual([])
  })

  it.each<[string, readonly string[], Partial<GroupFacts>, string]>([
    ['a missing topic', [], {}, 'attention topic g.t: Kafka has no topic ns_g.t'],
    [
      'two topics of one',
      ['ns_g.t', 'ns_g.t_avro'],
      {},
      'attention topic g.t: Hermes writes to ns_g.t_avro, Iris to ns_g.t',
    ],
    ["nobody's topic", ['ns_g.t', 'ns_x.y'], {}, 'ignored ns_x.y: a Kafka topic that no definition names'],
    [
      'a member',
      ['ns_g.t'],
      { group: { state: 'Stable', members: [{ memberId: 'm', clientId: 'c', host: '/10.0.0.9' }] } },
      'attention subscription g.t$s: somebody reads with its consumer group: client c at /10.0.0.9',
    ],
    [
      'missing offsets',
      ['ns_g.t'],
      {
        offsets: [
          { committed: -1, earliest: 0 },
          { committed: 2, earliest: 0 },
        ],
      },
      'attention subscription g.t$s: 1 of 2 partitions have no committed offset',
    ],
    [
      'messages that are gone',
      ['ns_g.t'],
      { offsets: [{ committed: 2, earliest: 7 }] },
      'change subscription g.t$s: Kafka has deleted messages that it has not got, in 1 partitions',
    ],
  ])('names %s', (_what, topics, facts, expected) => {
    expect(asked(topics, facts)).toEqual([expected])
  })
})

describe('the report', () => {
  const reportOf = (plan: Plan): Report => {
    const { understood, findings } = judged(plan)
    return { root: '/hermes', kafka: null, understood, findings }
  }

  it('ends with 0 where nothing needs attention, and with 1 where something does', () => {
    expect(exitCodeOf(reportOf({}))).toBe(0)
    expect(exitCodeOf(reportOf({ 'somebody/else': '' }))).toBe(0)
    expect(exitCodeOf(reportOf({ 'groups/g': '' }))).toBe(1)
  })

  it('writes out some of many, and all of them as JSON', () => {
    const many = Object.fromEntries(Array.from({ length: shownMax + 3 }, (_, n) => [`groups/g${n}`, '']))

    const report = reportOf(many)

    expect(reportText(report)).toContain('and 3 more of this kind')
    expect((JSON.parse(reportJson(report)) as Report).findings).toHaveLength(shownMax + 3)
  })
})
