import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createFrameSplitter } from './frames.js'
import { WireFormatError } from './wire.js'

function framed(content: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(content.length)
  return Buffer.concat([length, content])
}

describe('the frame splitter', () => {
  it('gives the same frames however the stream is cut', () => {
    const input = fc.tuple(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.integer({ min: 1, max: 50 })),
    )
    fc.assert(
      fc.property(input, ([contents, cuts]) => {
        const stream = Buffer.concat(contents.map(framed))
        const splitter = createFrameSplitter(1_000)
        const frames: Buffer[] = []

        let at = 0
        for (let turn = 0; at < stream.length; turn++) {
          const bytes = cuts[turn % Math.max(1, cuts.length)] ?? 7
          splitter.push(stream.subarray(at, at + bytes), frame => frames.push(Buffer.from(frame)))
          at += bytes
        }

        expect(frames).toEqual(contents.map(content => Buffer.from(content)))
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it.each([
    ['at the bound', 1_000, true],
    ['over the bound', 1_001, false],
    ['negative', -1, false],
  ])('%s: a length of %d', (_name, length, isAccepted) => {
    const head = Buffer.alloc(4)
    head.writeInt32BE(length)
    const push = (): void => createFrameSplitter(1_000).push(head, () => undefined)

    if (isAccepted) expect(push).not.toThrow()
    else expect(push).toThrow(WireFormatError)
  })
})
