import { CloudEvent, HTTP } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeProblem, isJsonType, type Attributes } from './attributes.js'
import { derivedEvent } from './derived-event.js'
import { readBinary, writeBinary } from './http-binary.js'
import { readStructured, writeStructured } from './json-format.js'
import { eventHeaders, eventHeadersOf, eventOf } from './kafka-headers.js'

const least = { specversion: '1.0', id: 'a', source: '/s', type: 't' }

describe('attributes', () => {
  it.each<[overrides: Record<string, string>, attribute: string | null]>([
    [{}, null],
    [
      { time: '2026-01-02T03:04:05.678+01:00', subject: 'x y', dataschema: 'https://a.b/c', myext1: 'é' },
      null,
    ],
    [{ specversion: '0.3' }, 'specversion'],
    [{ specversion: '' }, 'specversion'],
    [{ id: '' }, 'id'],
    [{ source: '' }, 'source'],
    [{ source: 'a b' }, 'source'],
    [{ type: '' }, 'type'],
    [{ time: '2026-01-02' }, 'time'],
    [{ time: '2026-13-02T03:04:05Z' }, 'time'],
    [{ dataschema: '/relative' }, 'dataschema'],
    [{ datacontenttype: 'json' }, 'datacontenttype'],
    [{ subject: '' }, 'subject'],
    [{ my_ext: 'x' }, 'my_ext'],
    [{ Upper: 'x' }, 'Upper'],
    [{ data: 'x' }, 'data'],
    [{ ext: 'a\nb' }, 'ext'],
    [{ ext: '\ud800' }, 'ext'],
    [{ ext: 'x'.repeat(13_000) }, 'specversion'],
  ])('%o: wrong is %s', (overrides, attribute) => {
    const attributes = new Map(Object.entries({ ...least, ...overrides }))

    expect(attributeProblem(attributes)?.attribute ?? null).toBe(attribute)
  })

  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/vnd.a+JSON', true],
    ['text/json', true],
    ['text/plain', false],
    ['application/jsonx', false],
  ])('the type %s is JSON: %s', (type, isJson) => {
    expect(isJsonType(type)).toBe(isJson)
  })
})

/** Attributes as the official SDK takes them, with texts of all kinds. */
const event = fc.record({
  id: fc.string({ minLength: 1, unit: 'binary' }).filter(isText),
  source: fc.webUrl(),
  type: fc.stringMatching(/^[a-z.]{1,20}$/),
  subject: fc.string({ minLength: 1, unit: 'grapheme' }).filter(isText),
  myext: fc.constantFrom('plain', '"quoted" 100% \\', 'é€😀', ' leading'),
})

function isText(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text)
}

describe("HTTP's binary mode", () => {
  it('writes what the SDK reads, whatever the text', () => {
    fc.assert(
      fc.property(event, attributes => {
        const lines = writeBinary(Object.entries({ specversion: '1.0', ...attributes }).flat())
        const headers = Object.fromEntries(
          lines.flatMap((name, at) => (at % 2 === 0 ? [[name, lines[at + 1]]] : [])),
        )

        const read = readBinary(lines) as Attributes
        expect(Object.fromEntries(read)).toEqual({ specversion: '1.0', ...attributes })
        expect(Object.values(headers).join('')).toMatch(/^[\x21-\x7e]*$/)
      }),
    )
  })

  it('reads what the SDK writes', () => {
    const sent = new CloudEvent({ id: 'ü 1', source: '/shop', type: 'paid', ext: 7, data: { a: 1 } })
    const { headers } = HTTP.binary(sent)
    const read = readBinary(
      Object.entries(headers).flatMap(([name, value]) => [
        name,
        Buffer.from(String(value)).toString('latin1'),
      ]),
    )

    expect(Object.fromEntries(read as Attributes)).toMatchObject({
      ...{ specversion: '1.0', id: 'ü 1', source: '/shop', type: 'paid', ext: '7', time: sent.time },
      datacontenttype: 'application/json; charset=utf-8',
    })
  })

  it.each([
    ['a%20b', 'a b'],
    ['"a \\"b\\""', 'a "b"'],
    ['100%', '100%'],
    ['\u00c3\u00bc', 'ü'],
    ['\u00fc', 'ü'],
    ['%e2%82%ac', '€'],
  ])('reads the value %s as %s', (sent, value) => {
    expect((readBinary(['Ce-Ext', sent]) as Attributes).get('ext')).toBe(value)
  })

  it('refuses an attribute that comes twice', () => {
    expect(readBinary(['ce-id', 'a', 'Ce-Id', 'b'])).toEqual({
      attribute: 'id',
      problem: 'stands there twice',
    })
  })
})

describe('the JSON format', () => {
  it('writes what the SDK reads, and reads it again with the data byte for byte', () => {
    fc.assert(
      // Inside of an array, because the SDK takes null and false for no data.
      fc.property(
        event,
        fc.json().map(json => `[${json}]`),
        (attributes, data) => {
          const lines = Object.entries({ specversion: '1.0', ...attributes }).flat()
          const written = writeStructured(lines, Buffer.from(data))
          const seen = HTTP.toEvent({
            headers: { 'content-type': 'application/cloudevents+json' },
            body: written.toString(),
          }) as CloudEvent<unknown>
          const read = readStructured(written)

          expect(seen).toMatchObject(attributes)
          expect(seen.data).toEqual(JSON.parse(data) as unknown)
          expect('attributes' in read && Object.fromEntries(read.attributes)).toEqual({
            specversion: '1.0',
            ...attributes,
          })
          expect('data' in read && read.data?.toString()).toBe(data)
        },
      ),
    )
  })

  it('reads what the SDK writes, flags and numbers too', () => {
    const sent = new CloudEvent({
      id: 'a',
      source: '/s',
      type: 't',
      flag: true,
      count: 3,
      data: { a: [1.5] },
    })
    const read = readStructured(Buffer.from(HTTP.structured(sent).body as string))

    expect('data' in read && read.data?.toString()).toBe('{"a":[1.5]}')
    expect('attributes' in read && Object.fromEntries(read.attributes)).toMatchObject({
      flag: 'true',
      count: '3',
      id: 'a',
    })
  })

  it.each([
    ['[]', ''],
    ['{"id":', ''],
    ['{"id":1.5}', 'id'],
    ['{"id":{}}', 'id'],
    ['{"id":"a","id":"b"}', 'id'],
    ['{"data":1,"data_base64":"MQ=="}', 'data_base64'],
    ['{"data_base64":"M"}', 'data_base64'],
    ['{"data_base64":1}', 'data_base64'],
  ])('refuses %s', (body, attribute) => {
    expect(readStructured(Buffer.from(body))).toMatchObject({ attribute })
  })

  it('takes null for an attribute that is not there, and Base64 for data', () => {
    const read = readStructured(Buffer.from('\ufeff {"subject":null,"data_base64":"eyJhIjoxfQ=="}'))

    expect(read).toEqual({ attributes: new Map(), data: Buffer.from('{"a":1}') })
  })

  it.each([
    ['\ufeff{"a":1}', '{"id":"a","data":{"a":1}}'],
    ['no json', '{"id":"a","data_base64":"bm8ganNvbg=="}'],
  ])('carries the message %j as what JSON allows', (message, written) => {
    expect(writeStructured(['id', 'a'], Buffer.from(message)).toString()).toBe(written)
  })
})

describe('on the log', () => {
  it('attributes come back as they went', () => {
    const attributes = new Map(Object.entries({ ...least, datacontenttype: 'application/json', ext: 'é' }))
    const headers = eventHeaders(attributes)

    expect(headers.map(([name]) => name)).toEqual([
      'ce_specversion',
      'ce_id',
      'ce_source',
      'ce_type',
      'content-type',
      'ce_ext',
    ])
    expect(eventOf(headers)).toEqual([...attributes].flat())
    expect(eventHeadersOf([...attributes].flat())).toEqual(headers)
  })

  it.each([
    [['ce_id', 'ce_source', 'ce_type']],
    [['ce_specversion', 'ce_id', 'ce_source']],
    [['content-type']],
  ])('headers that make no event are none: %j', names => {
    expect(eventOf(names.map(name => [name, Buffer.from('1.0')] as const))).toBeNull()
  })
})

describe('a message that was no event', () => {
  it('is one of its topic, which the SDK takes', () => {
    const lines = derivedEvent({ messageId: 'm', topic: 'acme.orders', timestampMs: 0 })
    const seen = HTTP.toEvent({
      headers: { 'content-type': 'application/cloudevents+json' },
      body: writeStructured(lines, Buffer.from('{"a":1}')).toString(),
    }) as CloudEvent<unknown>

    expect(seen.validate()).toBe(true)
    expect(seen).toMatchObject({
      ...{ id: 'm', source: '/topics/acme.orders', type: 'acme.orders', time: '1970-01-01T00:00:00.000Z' },
      data: { a: 1 },
    })
  })

  it('has no time where nobody knows it', () => {
    expect(derivedEvent({ messageId: 'm', topic: 'a.b', timestampMs: -1 })).not.toContain('time')
  })
})
