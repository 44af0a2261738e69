/**
 * Bytes that come piece by piece, as a whole.
 */

/** All of them, once the last is there. */
export async function wholeOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}
