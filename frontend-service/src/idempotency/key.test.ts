import { describe, expect, it } from 'vitest'
import { fingerprintOf, keyDigest, keyLettersMax, readKey, shardCount, shardOf } from './key.js'

describe('a key', () => {
  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5', '8e03978e-40d5'],
    ['  "a b"  ', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    [`"${'x'.repeat(keyLettersMax)}"`, 'x'.repeat(keyLettersMax)],
  ])('is read from %j', (value, key) => {
    expect(readKey(value)).toEqual({ kind: 'key', key })
  })

  it.each(['', ' ', '""', '"a', 'a b', 'a,b', '"a","b"', '"a\\b"', '"\u00e9"', '"a";x=1', '"a\tb"'])(
    'is not %j',
    value => expect(readKey(value).kind).toBe('wrong'),
  )

  it('of too many letters is refused with the bound', () => {
    const read = readKey(`"${'x'.repeat(keyLettersMax + 1)}"`)
    expect(read).toMatchObject({ problem: 'Idempotency-Key must be at most 255 letters long, not 256' })
  })

  it('is another in another topic, shows nothing of itself, and is spread over all shards', () => {
    const digests = Array.from({ length: 2_000 }, (_, index) => keyDigest('a.b', `key-${index}`))

    expect(keyDigest('a.b', 'key')).not.toBe(keyDigest('a.c', 'key'))
    expect(keyDigest('a.b', 'key')).not.toContain('key')
    expect(new Set(digests.map(shardOf)).size).toBe(shardCount)
  })
})

describe('a fingerprint', () => {
  const headers = { 'content-type': 'application/json', 'ce-id': '1', 'x-trace': 'a' }
  const of = (changes: Record<string, string>, body = '{}', topic = 'a.b'): string =>
    fingerprintOf(topic, { headers: { ...headers, ...changes }, rawHeaders: [] }, Buffer.from(body))

  it('is the same for the same message, whatever else came with it', () => {
    expect(of({})).toBe(of({ 'x-trace': 'b', 'user-agent': 'c', 'idempotency-key': 'd' }))
  })

  it.each([
    ['body', of({}, '{ }')],
    ['topic', of({}, '{}', 'a.c')],
    ['content type', of({ 'content-type': 'text/plain' })],
    ['partition key', of({ 'partition-key': '' })],
    ['attribute of a CloudEvent', of({ 'ce-id': '2' })],
  ])('differs with another %s', (_what, fingerprint) => {
    expect(fingerprint).not.toBe(of({}))
  })
})
