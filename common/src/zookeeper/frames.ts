// pure
/**
 * Whole frames out of a stream of bytes.
 * Takes chunks as the socket gives them. Gives frames with their four bytes of length, each as one buffer.
 * The library does this by recursion, a level a frame, and keeps half a frame over a reconnect: so it gets
 * whole ones. Bound: `frameBytesMax` for one frame.
 */

/** Far above any answer: 100,000 children of 100 letters are 10 MiB. */
export const frameBytesMax = 64 * 1024 * 1024

/** Splits one connection's bytes; made anew for each connection. */
export interface FrameSplitter {
  /** The frames completed by this chunk. Throws on a length that no server would send. */
  push(chunk: Buffer): readonly Buffer[]
}

export function createFrameSplitter(): FrameSplitter {
  let parts: Buffer[] = []
  let held = 0
  return {
    push(chunk) {
      parts.push(chunk)
      held += chunk.length
      if (held < neededBytes(parts, held)) return []

      const bytes = parts.length === 1 ? chunk : Buffer.concat(parts, held)
      const frames: Buffer[] = []
      let from = 0
      while (bytes.length - from >= 4) {
        const until = from + 4 + frameLength(bytes, from)
        if (until > bytes.length) break
        frames.push(bytes.subarray(from, until))
        from = until
      }
      const rest = bytes.subarray(from)
      parts = rest.length === 0 ? [] : [rest]
      held = rest.length
      return frames
    },
  }
}

/** Joining only when a frame is complete keeps a long answer from being copied once a chunk. */
function neededBytes(parts: readonly Buffer[], held: number): number {
  const first = parts[0]
  if (first === undefined || first.length < 4) return Math.min(held, 4)
  return 4 + frameLength(first, 0)
}

function frameLength(bytes: Buffer, from: number): number {
  const length = bytes.readInt32BE(from)
  if (length < 0 || length > frameBytesMax) throw new Error(`A frame of ${length} bytes is not ZooKeeper's`)
  return length
}
