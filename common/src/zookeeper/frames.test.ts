import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameSplitter, frameBytesMax } from './frames.js'

const frame = (body: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

describe('the frame splitter', () => {
  it('gives the frames that were sent, however the bytes are cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 })
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 })

    fc.assert(
      fc.property(bodies, cuts, (sent, sizes) => {
        const frames = sent.map(frame)
        const bytes = Buffer.concat(frames)
        const splitter = createFrameSplitter()
        const received: Buffer[] = []
        for (let from = 0, turn = 0; from < bytes.length; turn++) {
          const until = from + (sizes[turn % sizes.length] ?? 1)
          received.push(...splitter.push(bytes.subarray(from, until)))
          from = until
        }
        expect(received.map(each => each.toString('hex'))).toEqual(frames.map(each => each.toString('hex')))
      }),
    )
  })

  it.each([-1, frameBytesMax + 1])('refuses a frame of %d bytes', length => {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(length)

    expect(() => createFrameSplitter().push(bytes)).toThrow("is not ZooKeeper's")
  })

  it('waits for a frame of the largest length', () => {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(frameBytesMax)

    expect(createFrameSplitter().push(bytes)).toEqual([])
  })
})
