// pure
/**
 * Kafka's frames on a byte stream.
 * Takes chunks as they come. Gives whole frames with their length in front, in order, and reads the request's
 * header. Refuses a frame above `frameBytesMax`: then the stream is not Kafka's.
 */

/** Larger than any frame of these tests. */
export const frameBytesMax = 64 * 1024 * 1024
/** Kafka's number of the produce request. */
export const produceKey = 0

/** Cuts a stream into frames; gives the function that takes the next chunk. */
export function createFrameSplitter(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  return chunk => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    while (held.length >= 4) {
      const end = 4 + held.readInt32BE(0)
      if (end < 4 || end > frameBytesMax) throw new RangeError(`a frame of ${end} bytes is none of Kafka's`)
      if (held.length < end) return
      onFrame(held.subarray(0, end))
      held = held.subarray(end)
    }
  }
}

/** Which request a frame from the client is. */
export function apiKeyOf(request: Buffer): number {
  return request.length >= 6 ? request.readInt16BE(4) : -1
}

/** A whole frame around `body`, for tests. */
export function frameOf(body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}
