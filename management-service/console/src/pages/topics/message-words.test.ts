import { describe, expect, it } from 'vitest'
import type { Message } from './message-shape.js'
import { placeOf, placeText, shortBodyOf } from './message-words.js'

const message = (more: Partial<Message>): Message => ({
  ...{ id: 'm', key: null, time: null, partition: 2, offset: 1024, size: 1, headers: {}, masked: false },
  ...more,
})

describe('a message in short', () => {
  it.each([
    [{ body: { a: 1 } }, '{"a":1}'],
    [{ bodyText: 'hello' }, 'hello'],
    [{ bodyBase64: 'AAE=' }, 'AAE='],
    [{ problem: 'no envelope', bodyText: 'x' }, 'no envelope'],
    [{ bodyText: 'x'.repeat(161) }, `${'x'.repeat(160)}…`],
  ])('%o', (more, text) => {
    expect(shortBodyOf(message(more))).toBe(text)
  })

  it('has a place that an address can name', () => {
    expect(placeText(message({}))).toBe('2-1024')
    expect(placeOf('2-1024')).toEqual({ partition: 2, offset: 1024 })
    for (const text of [null, '', '2', '2-', '-1', 'a-1', '2-1-3']) expect(placeOf(text)).toBeNull()
  })
})
