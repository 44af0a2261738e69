import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openEnvelope, wrapEnvelope, type EnvelopeMetadata, type OpenedEnvelope } from './envelope.js'

const metadata: EnvelopeMetadata = {
  timestampMs: 1_700_000_000_123,
  id: '3b9a0a5e-1111-4222-8333-444455556666',
  externalMetadata: { 'Trace-Id': 'abc' },
}
const wrapped = (body: Buffer | string, given = metadata): Buffer =>
  Buffer.concat(wrapEnvelope(given, Buffer.from(body)))
const opened = (value: Buffer | string): OpenedEnvelope => {
  const reading = openEnvelope(Buffer.from(value))
  if (reading === 'raw' || 'problem' in reading) throw new Error(`not opened: ${JSON.stringify(reading)}`)
  return reading
}
const lookAlike = '{"_w":true,"metadata":{"timestamp":1,"id":"x","externalMetadata":{}},"message":{"a":1}}'

describe('wrapEnvelope', () => {
  it('writes the members that Hermes reads, in its order, around the untouched body', () => {
    const body = Buffer.from(' {"n": 1.0} ')

    const parts = wrapEnvelope(metadata, body)

    expect(parts[1]).toBe(body)
    expect(Buffer.concat(parts).toString()).toBe(
      '{"_w":true,"metadata":{"timestamp":1700000000123,"id":"3b9a0a5e-1111-4222-8333-444455556666",' +
        '"externalMetadata":{"Trace-Id":"abc"}},"message": {"n": 1.0} }',
    )
  })
})

describe('openEnvelope', () => {
  it('gives back any bytes that were wrapped, without copying them', () => {
    const texts = fc.dictionary(fc.string(), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.string({ unit: 'binary' }),
        texts,
        fc.nat(),
        (bytes, id, headers, ms) => {
          const body = Buffer.from(bytes)
          const value = wrapped(body, { timestampMs: ms, id, externalMetadata: headers })

          const reading = opened(value)

          expect(reading.body.equals(body)).toBe(true)
          expect(reading.body.length === 0 || value.includes(reading.body)).toBe(true)
          expect(reading).toMatchObject({ timestampMs: ms, id })
          expect(Object.entries(reading.externalMetadata)).toEqual(Object.entries(headers))
        },
      ),
    )
  })

  it.each([
    ['text that looks like an envelope', lookAlike],
    ['the marker inside', '{"_w":true}'],
    ['text that looks like the end of one', '1},"message":2}'],
    ['further members', '1,"message":2,"metadata":{}'],
    ['nothing', ''],
    ['half a text', '"abc'],
    ['a byte order mark', '\ufeff{"a":1}'],
  ])('is not confused by a body with %s', (_name, body) => {
    expect(opened(wrapped(body)).body.toString()).toBe(body)
  })

  it('opens an envelope inside an envelope once', () => {
    expect(opened(opened(wrapped(lookAlike)).body).body.toString()).toBe('{"a":1}')
  })

  it('understands members in any order and spacing, with others between them', () => {
    const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ')
    const noise = fc.constantFrom(
      '"x":[1,"]",{"message":2}]',
      '"note":"\\"_w\\":true,\\\\"',
      '"n":-1.5e3',
      '"o":{}',
    )
    const order = fc.shuffledSubarray(['mark', 'metadata', 'message', 'noise', 'noise'], { minLength: 5 })
    fc.assert(
      fc.property(order, space, noise, fc.json(), (names, gap, extra, body) => {
        const exact = body.trim()
        const parts: Record<string, string> = {
          mark: `"_w"${gap}:${gap}true`,
          metadata: `"metadata":${gap}{"id":"i","externalMetadata":{"a":"}\\""},"timestamp":5}`,
          message: `"message":${gap}${exact}`,
          noise: extra,
        }
        const members = names.map(name => parts[name]).join(`${gap},${gap}`)

        const reading = opened(`${gap}{${gap}${members}${gap}}${gap}`)

        const isOwnOrder = gap === '' && names.slice(0, 3).join() === 'mark,metadata,message'
        if (!isOwnOrder) expect(reading.body.toString()).toBe(exact)
        expect(reading).toMatchObject({ timestampMs: 5, id: 'i', externalMetadata: { a: '}"' } })
      }),
    )
  })

  it.each([
    ['names its id as the public documentation does', '{"messageId":"m","timestamp":1}', 'm', {}],
    [
      'holds numbers beside texts',
      '{"id":"i","timestamp":1,"externalMetadata":{"a":1,"b":null}}',
      'i',
      { a: '1' },
    ],
    [
      'holds a name that objects have by themselves',
      '{"id":"i","timestamp":1,"externalMetadata":null}',
      'i',
      {},
    ],
  ])('opens metadata that %s', (_name, json, id, externalMetadata) => {
    expect(opened(`{"_w":true,"metadata":${json},"message":1}`)).toMatchObject({ id, externalMetadata })
  })

  it('keeps a header called __proto__ a header', () => {
    const headers = JSON.parse('{"__proto__":"x"}') as Record<string, string>

    const { externalMetadata } = opened(wrapped('1', { ...metadata, externalMetadata: headers }))

    expect(Object.entries(externalMetadata)).toEqual([['__proto__', 'x']])
  })

  it.each([
    ['an object without the marker', '{"a":1}'],
    ['the marker deeper down', '{"a":{"_w":true,"metadata":{},"message":1}}'],
    ['the marker in a text', '{"a":"\\"_w\\":true"}'],
    ['the marker switched off', '{"_w":false,"message":1}'],
    ['a list', '[{"_w":true}]'],
    ['no JSON', 'plain'],
    ['broken JSON without the marker', '{"a":'],
    ['nothing', ''],
  ])('leaves %s raw', (_name, value) => {
    expect(openEnvelope(Buffer.from(value))).toBe('raw')
  })

  it.each([
    ['cut inside the metadata', '{"_w":true,"metadata":{"timestamp":1,"id"', /byte/],
    ['cut before the message', '{"_w":true,"metadata":{"timestamp":1,"id":"a"}', /comma/],
    ['without a message', '{"_w":true,"metadata":{"timestamp":1,"id":"a"}}', /no member "message"/],
    ['without metadata', '{"_w":true,"message":1}', /no member "metadata"/],
    ['without an id', '{"_w":true,"metadata":{"timestamp":1},"message":1}', /no id/],
    ['without a timestamp', '{"_w":true,"metadata":{"id":"a"},"message":1}', /no timestamp/],
    [
      'with an unsafe timestamp',
      '{"_w":true,"metadata":{"id":"a","timestamp":1e300},"message":1}',
      /timestamp/,
    ],
    ['with broken metadata', '{"_w":true,"metadata":{"id":a},"message":1}', /not JSON/],
    ['with a list as metadata', '{"_w":true,"metadata":[],"message":1}', /not an object/],
    ['with two messages', '{"message":1,"_w":true,"metadata":{"id":"a","timestamp":1},"message":2}', /twice/],
    ['with something behind', '{"message":1,"_w":true,"metadata":{"id":"a","timestamp":1}}x', /follows/],
    ['broken before its marker', '{"metadata":{"id":"a",,"_w":true,"message":1}', /byte/],
  ])('calls an envelope %s a problem', (_name, value, reason) => {
    const reading = openEnvelope(Buffer.from(value))

    expect(reading).toHaveProperty('problem', expect.stringMatching(reason))
  })

  it('never throws and never quotes the payload, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"_w":true',
      '"metadata":',
      '"message":',
      ',',
      '"',
      '\\',
      '[',
      ']',
      'secret',
    )
    fc.assert(
      fc.property(fc.array(pieces), list => {
        const reading = openEnvelope(Buffer.from(list.join('')))

        if (reading !== 'raw' && 'problem' in reading) expect(reading.problem).not.toContain('secret')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the short way through plain metadata', () => {
  /** What was read, apart from which way it was read. */
  const open = (metadata: string): object => {
    const reading = openEnvelope(Buffer.from(`{"_w":true,"metadata":${metadata},"message":{"a":1}}`))
    return { ...(reading as OpenedEnvelope), isPlain: null }
  }

  it.each([
    '{"timestamp":5,"id":"a b","externalMetadata":{}}',
    '{"timestamp":5,"id":"","externalMetadata":{}}',
    '{"timestamp":05,"id":"a","externalMetadata":{}}',
    '{"timestamp":0,"id":"a","externalMetadata":{}}',
    '{"timestamp":,"id":"a","externalMetadata":{}}',
    '{"timestamp":-5,"id":"a","externalMetadata":{}}',
    '{"timestamp":1.5,"id":"a","externalMetadata":{}}',
    '{"timestamp":99999999999999999999,"id":"a","externalMetadata":{}}',
    '{"timestamp":5,"id":"a\\"b","externalMetadata":{}}',
    '{"timestamp":5,"id":"\\u0041","externalMetadata":{}}',
    '{"timestamp":5,"id":"ä😀","externalMetadata":{}}',
    '{"timestamp":5,"id":"a","id":"b","externalMetadata":{}}',
    '{"timestamp":5,"id":"a","x":"","externalMetadata":{}}',
    '{"timestamp":5,"id":"a","externalMetadata":{"externalMetadata":{}}}',
    '{"timestamp":5,"id":"a","externalMetadata":{},"externalMetadata":{}}',
  ])('reads %s as the long way does', metadata => {
    // A blank after the brace forbids the short way and changes nothing else.
    expect(open(metadata)).toEqual(open(metadata.replace('{', '{ ')))
  })

  it('knows a value that is written as ours, byte for byte', () => {
    const plain = wrapped('{"a":1}', { timestampMs: 5, id: 'a', externalMetadata: {} })

    expect(opened(plain).isPlain).toBe(true)
    for (const other of [' {"_w":true', '{"_w": true', '{"_w":true,"x":1'])
      expect(opened(plain.toString().replace('{"_w":true', other)).isPlain).toBe(false)
    expect(opened(wrapped('1', { timestampMs: 5, id: 'a', externalMetadata: { b: 'c' } })).isPlain).toBe(
      false,
    )
  })
})
