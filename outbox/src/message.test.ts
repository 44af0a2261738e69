import { describe, expect, it } from 'vitest'
import { bodyBytesMax, checkedMessage, headersOf, WrongMessage, type NewMessage } from './message.js'

const checked = (changes: Partial<NewMessage>) =>
  checkedMessage({ topic: 'shop.orders', body: { n: 1 }, ...changes }, () => 'made')

describe('a message', () => {
  it('gets an id, and its body as JSON', () => {
    expect(checked({})).toEqual({
      ...{ id: 'made', topic: 'shop.orders', key: null, headers: {} },
      body: Buffer.from('{"n":1}'),
    })
  })

  it.each([
    ['bytes', Buffer.from([0, 255]), Buffer.from([0, 255])],
    ['a text', '{ "n": 1 }', Buffer.from('{ "n": 1 }')],
    ['null', null, Buffer.from('null')],
  ])('keeps %s as they are', (_what, body, bytes) => {
    expect(checked({ body }).body).toEqual(bytes)
  })

  it.each<[string, Partial<NewMessage>]>([
    ['id', { id: '' }],
    ['id', { id: 'a"b' }],
    ['id', { id: 'x'.repeat(201) }],
    ['topic', { topic: 'orders' }],
    ['topic', { topic: 'a.b/../c' }],
    ['key', { key: 'a\nb' }],
    ['key', { key: ' a' }],
    ['key', { key: 'a\t' }],
    ['key', { key: 'x'.repeat(1_001) }],
    ['body is missing', { body: undefined }],
    ['body', { body: Buffer.alloc(bodyBytesMax + 1) }],
    ['headers', { headers: { 'a b': '1' } }],
    ['headers', { headers: { a: '1\r\nb: 2' } }],
    ['headers: Partition-Key', { headers: { 'Partition-Key': 'k' } }],
    ['headers', { headers: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`h${n}`, ''])) }],
  ])('is refused for its %s', (member, changes) => {
    expect(() => checked(changes)).toThrow(WrongMessage)
    expect(() => checked(changes)).toThrow(member)
  })
})

describe('its request', () => {
  it('names it to Iris and to receivers, and is JSON unless it says otherwise', () => {
    expect(headersOf(checked({ id: 'm1' }))).toEqual({
      ...{ 'Content-Type': 'application/json', 'Idempotency-Key': '"m1"', 'Outbox-Message-Id': 'm1' },
    })
    expect(headersOf(checked({ headers: { 'content-type': 'text/plain' } }))).not.toHaveProperty(
      'Content-Type',
    )
  })

  it('carries a key in UTF-8', () => {
    expect(headersOf(checked({ key: 'ä' }))['Partition-Key']).toBe('\u00c3\u00a4')
  })
})
