import { describe, expect, it } from 'vitest'
import { HermesError } from '../errors/hermes-error.js'
import { topicAnswer, topicJson } from './topic-json.js'
import { parseTopic, retentionMs } from './topic.js'

const body = {
  name: 'acme.orders',
  description: 'order events',
  owner: { source: 'Plaintext', id: 'Orders Team' },
  contentType: 'JSON',
  retentionTime: { duration: 1 },
}

function refusalOf(json: unknown): { code: string; message: string; status: number } {
  try {
    parseTopic(json)
  } catch (error) {
    if (error instanceof HermesError)
      return { code: error.code, message: error.message, status: error.status }
    throw error
  }
  throw new Error('accepted')
}

describe('a topic body', () => {
  it('gets every default of Hermes', () => {
    const topic = parseTopic(body)

    expect(topicJson(topic)).toEqual({
      name: 'acme.orders',
      description: 'order events',
      owner: { source: 'Plaintext', id: 'Orders Team' },
      retentionTime: { duration: 1, retentionUnit: 'DAYS' },
      jsonToAvroDryRun: false,
      ack: 'LEADER',
      fallbackToRemoteDatacenterEnabled: false,
      chaos: { mode: 'DISABLED', datacenterPolicies: {} },
      trackingEnabled: false,
      migratedFromJsonType: false,
      contentType: 'JSON',
      maxMessageSize: 51200,
      auth: { publishers: [], enabled: false, unauthenticatedAccessEnabled: true },
      subscribingRestricted: false,
      offlineStorage: { enabled: false, retentionTime: { duration: 0, infinite: false } },
    })
  })

  it('keeps what it names', () => {
    const topic = parseTopic({
      ...body,
      ack: 'ALL',
      maxMessageSize: '2048',
      trackingEnabled: 'true',
      auth: { enabled: true },
      offlineStorage: { enabled: true, retentionTime: { infinite: true, duration: 5 } },
      chaos: {
        mode: 'GLOBAL',
        globalPolicy: { probability: 3, delayFrom: 1, delayTo: 2, completeWithError: true },
      },
      unknown: 1,
    })

    expect(topicJson(topic)).toMatchObject({ ack: 'ALL', maxMessageSize: 2048, trackingEnabled: true })
    expect(topicJson(topic)['auth']).toEqual({ enabled: true, unauthenticatedAccessEnabled: false })
    expect(topicJson(topic)['offlineStorage']).toEqual({ enabled: true, retentionTime: { infinite: true } })
    expect(topicJson(topic)['chaos']).toMatchObject({ globalPolicy: { probability: 3 } })
    expect(topicJson(topic)).not.toHaveProperty('unknown')
  })

  it('shows that it requires idempotency keys only where it does', () => {
    const required = parseTopic({ ...body, idempotencyKeyRequired: true })

    expect(topicJson(required)).toMatchObject({ idempotencyKeyRequired: true })
    expect(parseTopic(topicJson(required)).idempotencyKeyRequired).toBe(true)
    for (const idempotencyKeyRequired of [false, null, undefined])
      expect(topicJson(parseTopic({ ...body, idempotencyKeyRequired }))).not.toHaveProperty(
        'idempotencyKeyRequired',
      )
    expect(() => parseTopic({ ...body, idempotencyKeyRequired: 'x' })).toThrow()
  })

  it('shows its kind only where it is one for commands', () => {
    const commands = parseTopic({ ...body, kind: 'COMMAND' })

    expect(topicJson(commands)).toMatchObject({ kind: 'COMMAND' })
    expect(parseTopic(topicJson(commands)).kind).toBe('COMMAND')
    for (const kind of ['EVENT', null, undefined])
      expect(topicJson(parseTopic({ ...body, kind }))).not.toHaveProperty('kind')
    expect(() => parseTopic({ ...body, kind: 'command' })).toThrow()
  })

  it('shows that it keeps the newest of each key only where it does', () => {
    const compacted = parseTopic({ ...body, compaction: 'KEY' })

    expect(parseTopic(topicJson(compacted)).compaction).toBe('KEY')
    for (const compaction of ['NONE', null, undefined])
      expect(topicJson(parseTopic({ ...body, compaction }))).not.toHaveProperty('compaction')
    expect(() => parseTopic({ ...body, compaction: 'ALL' })).toThrow()
  })

  it('keeps what only Iris knows, and leaves it out where it is not used', () => {
    const quotas = { messagesPerSecond: 0.5, publisherBytesPerSecond: 0 }
    const topic = parseTopic({ ...body, quotas, publishing: { blocked: true, reason: 'moved' } })
    const open = parseTopic({ ...body, quotas: null, publishing: { blocked: false, reason: 'moved' } })

    expect(topicJson(topic)).toMatchObject({ quotas, publishing: { blocked: true, reason: 'moved' } })
    expect(parseTopic(topicJson(topic))).toEqual(topic)
    expect(Object.keys(topicJson(open))).toEqual(Object.keys(topicJson(parseTopic(body))))
  })

  it('is answered with times in seconds and stored without them', () => {
    const topic = { ...parseTopic(body), createdAtMs: 1_795_368_211_123, modifiedAtMs: 1_795_368_212_000 }

    expect(topicAnswer(topic)).toMatchObject({ createdAt: 1795368211.123, modifiedAt: 1795368212 })
    expect(topicJson(topic)).not.toHaveProperty('createdAt')
  })

  it.each<[string, unknown, string, RegExp]>([
    ['no name', {}, 'OTHER', /name must not be null/],
    ['no dot', { ...body, name: 'nodot' }, 'FORMAT_ERROR', /Invalid qualified name nodot/],
    [
      'a letter that names cannot hold',
      { ...body, name: 'acme.a$b' },
      'VALIDATION_ERROR',
      /^Topic\.name\.name must match "\[a-zA-Z0-9_\.-\]\+"$/,
    ],
    ['an empty half', { ...body, name: 'acme.' }, 'VALIDATION_ERROR', /Topic\.name\.name must not be empty/],
    [
      'a group that is a path',
      { ...body, name: '...a' },
      'VALIDATION_ERROR',
      /Topic\.name\.groupName must match/,
    ],
    [
      'a quota below nothing',
      { ...body, quotas: { messagesPerSecond: 5, bytesPerSecond: -1 } },
      'VALIDATION_ERROR',
      /^Topic\.quotas\.bytesPerSecond must be greater than or equal to 0$/,
    ],
    ['a quota that is no number', { ...body, quotas: { messagesPerSecond: 'x' } }, 'FORMAT_ERROR', /double/],
    [
      'a reason with a line break',
      { ...body, publishing: { blocked: true, reason: 'a\nb' } },
      'VALIDATION_ERROR',
      /^Topic\.publishing\.reason must not hold control characters$/,
    ],
    [
      'size 1023',
      { ...body, maxMessageSize: 1023 },
      'VALIDATION_ERROR',
      /^Topic\.maxMessageSize must be greater than or equal to 1024$/,
    ],
    [
      'size 2097153',
      { ...body, maxMessageSize: 2097153 },
      'VALIDATION_ERROR',
      /^Topic\.maxMessageSize must be less than or equal to 2097152$/,
    ],
    [
      'negative retention',
      { ...body, retentionTime: { duration: -1 } },
      'VALIDATION_ERROR',
      /^Topic\.retentionTime\.duration must be greater than or equal to 0$/,
    ],
    [
      'an owner without id',
      { ...body, owner: { source: 'Plaintext' } },
      'VALIDATION_ERROR',
      /^Topic\.owner\.id must not be null$/,
    ],
    [
      'an unknown word',
      { ...body, contentType: 'XML' },
      'FORMAT_ERROR',
      /from String "XML": not one of the values accepted for Enum class: \[JSON, AVRO\]/,
    ],
    ['a word in small letters', { ...body, ack: 'all' }, 'FORMAT_ERROR', /\[NONE, LEADER, ALL\]/],
    [
      'an object for a number',
      { ...body, maxMessageSize: {} },
      'FORMAT_ERROR',
      /from Object \(at maxMessageSize\)/,
    ],
    ['a number beyond 32 bits', { ...body, maxMessageSize: 2 ** 31 }, 'FORMAT_ERROR', /`int`/],
    ['text for a yes or no', { ...body, trackingEnabled: 'yes' }, 'FORMAT_ERROR', /`boolean`/],
    ['text for an object', { ...body, owner: 'me' }, 'FORMAT_ERROR', /owner/],
    ['a list', [], 'FORMAT_ERROR', /object/],
  ])('is refused with %s', (_what, json, code, message) => {
    const refused = refusalOf(json)

    expect(refused.code).toBe(code)
    expect(refused.status).toBe(400)
    expect(refused.message).toMatch(message)
  })

  it('is refused with all violations at once', () => {
    const { message } = refusalOf({ name: 'acme.t9' })

    expect(message.split('; ').sort()).toEqual([
      'Topic.contentType must not be null',
      'Topic.description must not be null',
      'Topic.owner must not be null',
      'Topic.retentionTime must not be null',
    ])
  })
})

describe('retention', () => {
  it.each([
    [1, 'DAYS', 86_400_000],
    [3, 'SECONDS', 3000],
    [2500, 'MICROSECONDS', 2],
  ] as const)('of %d %s is %d ms', (duration, retentionUnit, expected) => {
    expect(retentionMs({ duration, retentionUnit })).toBe(expected)
  })
})
