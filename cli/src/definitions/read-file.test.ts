import { describe, expect, it } from 'vitest'
import { FileRefused } from './problem.js'
import { readDefinitions } from './read-file.js'
import type { Reference } from './secrets.js'

const secrets: Readonly<Record<string, string>> = { IDP: 's3cret', HOOK: 'p@ss' }
const resolve = (reference: Reference): string | null =>
  'env' in reference
    ? (secrets[reference.env] ?? null)
    : reference.file === 'a.avsc'
      ? '{"type":"int"}'
      : null

function problemsOf(text: string): string[] {
  try {
    readDefinitions({ file: 'iris.yaml', text }, resolve)
    return []
  } catch (error) {
    if (error instanceof FileRefused) return error.message.split('\n')
    throw error
  }
}

const subscriptionWith = (member: string): string =>
  `groups: [{name: g, topics: [{name: t, subscriptions: [{name: s, ${member}}]}]}]`

const file = `oauthProviders:
  - name: idp
    tokenEndpoint: http://idp/token
    clientSecret: {env: IDP}
groups:
  - name: shop
    topics:
      - name: orders
        contentType: AVRO
        schema: {file: a.avsc}
        subscriptions:
          - name: billing
            endpoint: http://svc:*****@billing/in
            endpointPassword: {env: HOOK}
            subscriptionPolicy: {rate: 100, messageTtl: 60}
`

describe('a file of definitions', () => {
  it('gives its things in order, with the secrets in their places', () => {
    const { things } = readDefinitions({ file: 'iris.yaml', text: file }, resolve)

    expect(things).toEqual([
      {
        place: { kind: 'oauthProvider', name: 'idp' },
        members: { tokenEndpoint: 'http://idp/token', clientSecret: 's3cret' },
      },
      { place: { kind: 'group', name: 'shop' }, members: {} },
      {
        place: { kind: 'topic', group: 'shop', name: 'orders' },
        members: { contentType: 'AVRO', schema: '{"type":"int"}' },
      },
      {
        place: { kind: 'subscription', group: 'shop', topic: 'orders', name: 'billing' },
        members: {
          endpoint: 'http://svc:p%40ss@billing/in',
          subscriptionPolicy: { rate: 100, messageTtl: 60 },
        },
      },
    ])
  })

  it('puts each key of a list of secrets in its place', () => {
    const text = subscriptionWith('signing: {keys: [{env: IDP}, {env: HOOK}]}')

    expect(readDefinitions({ file: 'iris.yaml', text }, resolve).things.at(-1)?.members).toEqual({
      signing: { keys: ['s3cret', 'p@ss'] },
    })
  })

  it('knows where each member stands', () => {
    const { placeOf } = readDefinitions({ file: 'iris.yaml', text: file }, resolve)
    const place = { kind: 'subscription', group: 'shop', topic: 'orders', name: 'billing' } as const
    const field = 'groups[0].topics[0].subscriptions[0]'

    expect(placeOf(place, 'subscriptionPolicy.messageTtl')).toEqual({
      ...{ file: 'iris.yaml', line: 15, column: 45 },
      field: `${field}.subscriptionPolicy.messageTtl`,
    })
    expect(placeOf(place, 'owner.id')).toMatchObject({ line: 12, field })
  })

  it('of another kind is refused in few lines', () => {
    const text = '{"n":1}\n'.repeat(100)

    expect(() => readDefinitions({ file: 'orders.ndjson', text }, resolve)).toThrow(
      /^(.+\n){20}… and \d+ more$/,
    )
  })

  it('that names nothing has nothing', () => {
    expect(readDefinitions({ file: 'iris.yaml', text: 'version: 1' }, resolve).things).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['no YAML', 'groups: [', /^iris\.yaml:1:\d+ (?!.* at line )/],
    ['nothing in it', '# later', /^iris\.yaml:1:1 the file is empty/],
    ['no map', '- 1', /^iris\.yaml:1:1 the file must be a map/],
    ['another version', 'version: 2', /^iris\.yaml:1:1 version: this command reads version 1/],
    ['an unknown member of the file', 'group: []', /^iris\.yaml:1:1 group: .*\. Fix: write groups$/],
    ['no list', 'groups: {}', /^iris\.yaml:1:1 groups: this must be a list/],
    ['no name', 'groups:\n  - topics: []', /^iris\.yaml:2:5 groups\[0\]: each group needs a name/],
    [
      'a mistyped member',
      'groups:\n  - name: g\n    topics:\n      - name: t\n        maxMesageSize: 1',
      /^iris\.yaml:5:9 .*maxMesageSize: there is no such member of a topic\. Fix: write maxMessageSize$/,
    ],
    [
      'a mistyped member within',
      'groups:\n  - name: g\n    topics:\n      - name: t\n        retentionTime: {durtion: 1}',
      /^iris\.yaml:5:25 .*durtion: there is no such member of retentionTime\. Fix: write duration$/,
    ],
    [
      'a wrong word',
      'groups:\n  - name: g\n    topics:\n      - name: t\n        ack: SOME',
      /^iris\.yaml:5:9 .*ack: "SOME" is none of NONE, LEADER, ALL/,
    ],
    [
      'a wrong type',
      'groups:\n  - name: g\n    topics:\n      - name: t\n        maxMessageSize: many',
      /^iris\.yaml:5:9 .*maxMessageSize: this is a text and must be a whole number$/,
    ],
    [
      'a name given twice',
      'groups:\n  - name: g\n  - name: g',
      /^iris\.yaml:3:5 groups\[1\]: the group g stands in line 2 already\. Fix: remove one$/,
    ],
    [
      'a secret written out',
      'oauthProviders:\n  - name: p\n    clientSecret: s3cret',
      /^iris\.yaml:3:5 .*\.clientSecret: a secret must not stand in the file\. Fix: write \{env: NAME\}/,
    ],
    [
      'a secret that is not there',
      'oauthProviders:\n  - name: p\n    clientSecret: {env: NOPE}',
      /clientSecret: the environment has no NOPE\. Fix: export NOPE=…$/,
    ],
    [
      'a secret in an endpoint',
      'groups: [{name: g, topics: [{name: t, subscriptions: [{name: s, endpoint: "http://a:b@c/"}]}]}]',
      /endpoint: a secret must not stand in the file/,
    ],
    [
      'a signing key written out beside one that is not',
      subscriptionWith('signing: {keys: [{env: IDP}, whsec_s3cret]}'),
      /^iris\.yaml:1:\d+ .*\.signing\.keys\[1\]: a secret must not stand in the file\. Fix: write \{env/,
    ],
    [
      'a signing key that is not there',
      subscriptionWith('signing: {keys: [{env: NOPE}]}'),
      /signing\.keys\[0\]: the environment has no NOPE/,
    ],
    [
      'a signing key without a list',
      subscriptionWith('signing: {keys: whsec_s3cret}'),
      /signing\.keys: this is a text and must be a list/,
    ],
  ])('is refused with %s', (_what, text, expected) => {
    const problems = problemsOf(text)

    expect(problems[0]).toMatch(expected)
    expect(problems.join()).not.toContain('s3cret')
  })

  it('is refused with all that is wrong at once', () => {
    expect(problemsOf('nope: 1\ngroups:\n  - name: g\n    owner: me')).toHaveLength(2)
  })
})
