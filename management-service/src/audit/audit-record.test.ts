import { describe, expect, it } from 'vitest'
import { auditRecordOf, masked, readAuditRecord, recordLettersMax, type Change } from './audit-record.js'
import { auditAction, auditedThing } from './audited-thing.js'

const change = (around: Partial<Change>): Change => ({
  action: 'updated',
  ...{ timeMs: 5, user: 'anna', thing: { kind: 'topic', name: 'g.t' }, request: 'PUT /topics/g.t' },
  ...{ body: null, before: null, after: null },
  ...around,
})

describe('a record', () => {
  it('says what was done, whether the definitions around it could be read or not', () => {
    expect(auditRecordOf(change({ before: {}, after: null }))).toMatchObject({
      action: 'updated',
      before: {},
    })
  })

  it('tells what differs, down to the member, and leaves times out', () => {
    const before = { rate: 1, policy: { ttl: 5, size: 1 }, modifiedAt: 1 }
    const after = { rate: 1, policy: { ttl: 9, size: 1 }, extra: true, modifiedAt: 2 }

    const record = auditRecordOf(change({ before, after }))

    expect(record.differences).toEqual([
      { member: 'policy.ttl', before: 5, after: 9 },
      { member: 'extra', before: null, after: true },
    ])
    expect(record.before).toEqual({ rate: 1, policy: { ttl: 5, size: 1 } })
  })

  it('holds the body where no definition tells what was asked for, without its secrets', () => {
    const body = { rate: 5, endpoint: 'http://u:canary@h/', nested: [{ clientSecret: 'canary' }] }

    const record = auditRecordOf(change({ action: 'done', body }))

    expect(record.asked).toMatchObject({ rate: 5 })
    expect(JSON.stringify(record)).not.toContain('canary')
    expect(auditRecordOf(change({ body, before: {} }))).not.toHaveProperty('asked')
  })

  it('that would be too large keeps who and what', () => {
    const before = { text: 'x'.repeat(recordLettersMax) }

    expect(auditRecordOf(change({ before }))).toEqual({
      ...{ time: 5, user: 'anna', action: 'updated', kind: 'topic', name: 'g.t', request: 'PUT /topics/g.t' },
      isShortened: true,
    })
  })

  it('is read again as it was written; anything else is none', () => {
    const record = auditRecordOf(change({ before: { a: 1 }, after: { a: 2 } }))

    expect(readAuditRecord(Buffer.from(JSON.stringify(record)))).toEqual(record)
    for (const other of [null, Buffer.from('{"time":"x"}'), Buffer.from('half {')])
      expect(readAuditRecord(other)).toBeNull()
  })
})

describe('masking', () => {
  it.each(['password', 'clientSecret', 'accessToken', 'Authorization', 'key', 'apiKey', 'passwd'])(
    'puts stars for %s, at any depth',
    name => {
      expect(masked({ list: [{ [name]: 'canary' }] })).toEqual({ list: [{ [name]: '******' }] })
      for (const secret of [['canary'], 12_345_678, { inner: 'canary' }])
        expect(masked({ [name]: secret })).toEqual({ [name]: '******' })
      expect(masked({ [name]: null })).toEqual({ [name]: null })
    },
  )

  it('leaves numbers, other texts and names of messages’ keys alone', () => {
    const plain = { rate: 1, partitionKey: 'k', text: 'http://host/path', none: null }
    expect(masked(plain)).toEqual(plain)
  })
})

describe('what a request does', () => {
  it.each([
    ['POST', '/topics', 'created'],
    ['PUT', '/topics/:topic', 'updated'],
    ['DELETE', '/topics/:topic', 'removed'],
    ['PUT', '/topics/:topic/subscriptions/:subscription/state', 'updated'],
    ['DELETE', '/topics/:topic/subscriptions/:subscription', 'removed'],
    ['DELETE', '/topics/:topic/subscriptions/:subscription/signing-keys/:mask', 'updated'],
    ['DELETE', '/topics/:topic/subscriptions/:subscription/parked-keys', 'done'],
    ['POST', '/topics/:topic/subscriptions/:subscription/replay', 'done'],
    ['DELETE', '/keys/:name', 'done'],
  ] as const)('%s %s is told by its route', (method, pattern, action) => {
    expect(auditAction(method, pattern)).toBe(action)
  })
})

describe('what a request changes', () => {
  it.each<[string, Record<string, string>, unknown, string]>([
    ['/groups', {}, { groupName: 'g' }, 'group g'],
    ['/groups/:group', { group: 'g' }, null, 'group g'],
    ['/topics', {}, { name: 'g.t' }, 'topic g.t'],
    ['/topics/:topic/schema', { topic: 'g.t' }, {}, 'topic g.t'],
    ['/topics/:topic/subscriptions', { topic: 'g.t' }, { name: 's' }, 'subscription g.t$s'],
    [
      '/topics/:topic/subscriptions/:subscription/state',
      { topic: 'g.t', subscription: 's' },
      'x',
      'subscription g.t$s',
    ],
    ['/oauth/providers', {}, { name: 'idp' }, 'oauthProvider idp'],
    ['/oauth/providers/:provider', { provider: 'idp' }, {}, 'oauthProvider idp'],
    ['/mode', {}, null, 'other /mode'],
    ['/keys/:name/rotate', { name: 'a b' }, null, 'other /keys/a%20b/rotate'],
    ['/topics', {}, null, 'other /topics'],
    ['/topics/:topic/subscriptions', { topic: 'g.t' }, { name: 5 }, 'subscription g.t$5'],
  ])('by %s is found', (pattern, params, body, expected) => {
    const { kind, name } = auditedThing(pattern, params, body)
    expect(`${kind} ${name}`).toBe(expected)
  })
})
