/**
 * Answers cut out of a byte stream.
 * Takes chunks as the socket gives them. Gives each whole frame without its length, in order.
 * Promises: a frame inside one chunk is a view of it; a longer one is copied once, into its exact size.
 * Refuses a length that is negative or over `answerBytesMax` before holding any of it.
 */
import { WireFormatError } from './wire.js'

/** Splits a stream into frames. */
export interface FrameSplitter {
  /** Gives the frames that `chunk` completes to `onFrame`. Throws {@link WireFormatError} on a bad length. */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void
}

const lengthBytes = 4

/** Makes a splitter that accepts frames of at most `answerBytesMax` bytes. */
export function createFrameSplitter(answerBytesMax: number): FrameSplitter {
  let rest: Buffer | null = null
  let frame: Buffer | null = null
  let filled = 0

  const checked = (length: number): number => {
    if (length >= 0 && length <= answerBytesMax) return length
    throw new WireFormatError(`an answer of ${length} bytes; at most ${answerBytesMax} are accepted`)
  }
  const fillFrame = (chunk: Buffer, target: Buffer, onFrame: (frame: Buffer) => void): number => {
    const taken = chunk.copy(target, filled)
    filled += taken
    if (filled === target.length) {
      frame = null
      onFrame(target)
    }
    return taken
  }

  return {
    push(chunk, onFrame) {
      let at = frame === null ? 0 : fillFrame(chunk, frame, onFrame)
      const data: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
      rest = null
      while (data.length - at >= lengthBytes) {
        const length = checked(data.readInt32BE(at))
        at += lengthBytes
        if (data.length - at < length) {
          frame = Buffer.allocUnsafeSlow(length)
          filled = data.copy(frame, 0, at)
          return
        }
        onFrame(data.subarray(at, at + length))
        at += length
      }
      if (at < data.length) rest = data.subarray(at)
    },
  }
}
