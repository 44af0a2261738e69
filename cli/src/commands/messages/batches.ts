// pure
/**
 * Lines in requests.
 * Takes bytes piece by piece. Gives the lines that are there, in order, as many as a request takes.
 * Promises: a line is the bytes that came, without its end; a piece is not held back for the next, so that
 * what is piped in slowly is sent as it comes. Bounds: `linesMax` a request, `lineBytesMax` a line.
 */
import { UsageError } from '../../words/declare.js'

const lineBytesMax = 16 * 1024 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The requests. */
export async function* batchesOf(
  pieces: AsyncIterable<Buffer>,
  linesMax: number,
): AsyncGenerator<readonly Buffer[]> {
  let begun: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    const { lines, rest } = linesOf(begun.length === 0 ? piece : Buffer.concat([begun, piece]))
    if (rest.length > lineBytesMax)
      throw new UsageError(`A line of more than ${lineBytesMax} bytes is no message`)
    begun = rest
    yield* chunksOf(lines, linesMax)
  }
  if (begun.length > 0) yield [begun]
}

function linesOf(bytes: Buffer): { readonly lines: readonly Buffer[]; readonly rest: Buffer } {
  const lines: Buffer[] = []
  let from = 0
  for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
    const line = bytes.subarray(from, bytes[end - 1] === carriageReturn && end > from ? end - 1 : end)
    if (line.length > 0) lines.push(line)
    from = end + 1
  }
  return { lines, rest: bytes.subarray(from) }
}

function* chunksOf(lines: readonly Buffer[], linesMax: number): Generator<readonly Buffer[]> {
  for (let at = 0; at < lines.length; at += linesMax) yield lines.slice(at, at + linesMax)
}
