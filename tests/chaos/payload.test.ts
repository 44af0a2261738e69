import { describe, expect, it } from 'vitest'
import { bodyOf, elementsOf, idIn, messageIdIn, unwrapped } from './payload.js'
import { seededRandom } from './random.js'

const bodies = (seed: number): Buffer[] => {
  const random = seededRandom(seed)
  return Array.from({ length: 200 }, (_, index) => bodyOf(index + 1, index % 7, index, random))
}

describe('the bodies of a run', () => {
  it('are JSON, and say their id', () => {
    for (const [index, body] of bodies(1).entries()) {
      expect(() => JSON.parse(body.toString()) as unknown).not.toThrow()
      expect(idIn(body)).toBe(index + 1)
    }
  })

  it('are the same for the same seed and others for another', () => {
    expect(Buffer.concat(bodies(1)).equals(Buffer.concat(bodies(1)))).toBe(true)
    expect(Buffer.concat(bodies(1)).equals(Buffer.concat(bodies(2)))).toBe(false)
  })

  it('come out of an envelope byte for byte, also those that look like one', () => {
    for (const body of bodies(3)) {
      const head = '{"_w":true,"metadata":{"timestamp":1,"id":"a","externalMetadata":{}},"message":'
      const value = Buffer.concat([Buffer.from(head), body, Buffer.from('}')])

      expect(unwrapped(value).equals(body)).toBe(true)
      expect(unwrapped(body)).toBe(body)
    }
  })

  it('come out of a batch byte for byte, with their message ids; a single body is its own element', () => {
    const sent = bodies(4)
    const wrapped = sent.map((body, index) => {
      const head = `{"_w":true,"metadata":{"timestamp":1,"id":"m${index}","externalMetadata":{"a":"}"}},"message":`
      return Buffer.concat([Buffer.from(head), body, Buffer.from('}')])
    })
    const batch = Buffer.from(
      `[${Buffer.concat(wrapped.flatMap(each => [each, Buffer.from(',')]))
        .toString()
        .slice(0, -1)}]`,
    )

    const elements = elementsOf(batch)

    expect(elements.map(messageIdIn)).toEqual(sent.map((_, index) => `m${index}`))
    expect(elements.every((each, index) => unwrapped(each).equals(sent[index]!))).toBe(true)
    expect(elementsOf(sent[0]!)).toEqual([sent[0]])
    expect(messageIdIn(sent[0]!)).toBe('')
  })

  it.each(['', '{}', '{"id":', '{"id":x,', '{"id":99999999999,', ' {"id":1,'])('have no id in %j', text => {
    expect(idIn(Buffer.from(text))).toBe(0)
  })
})
