import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventParser, type StreamEvent } from './event-parser.js'

function parsed(pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const parse = createEventParser(event => events.push(event))
  for (const piece of pieces) parse(piece)
  return events
}

describe('events out of a stream', () => {
  it('come with name, id and all lines of their data', () => {
    expect(parsed(['retry: 1000\nid: 0-1\nevent: gap\ndata: a\ndata:b\n\n: heartbeat\n\n'])).toEqual([
      { name: 'gap', id: '0-1', data: 'a\nb' },
    ])
  })

  it('are the same wherever the text was cut', () => {
    const text = 'event: message\r\nid: 1-2\r\ndata: {"a":1}\r\n\r\ndata: x\n\nevent: end\ndata: y\r\r'

    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))

        expect(parsed([...pieces, '\n'])).toEqual(parsed([text, '\n']))
      }),
    )
    expect(parsed([text, '\n'])).toHaveLength(3)
  })

  it('without data are none', () => {
    expect(parsed(['event: message\nid: 1\n\n'])).toEqual([])
  })

  it('that do not end are given up at their bound', () => {
    expect(parsed(['data: ', 'x'.repeat(5 * 1024 * 1024), '\n\ndata: y\n\n'])).toContainEqual(
      expect.objectContaining({ data: 'y' }),
    )
  })
})
