// pure
/**
 * Where a reader of a topic stands, over all its partitions, as one compact text.
 * Takes for each partition the offset to be read next. Gives `partition-offset` pairs of what was read last,
 * the partition of the newest message first: `1-17,0-4`. Promises: reading on from the text loses and repeats
 * nothing. A partition that is not named is read from its beginning, so that one added later is read whole;
 * `start` is the beginning of every partition. Bound: `partitionsMax`.
 */

/** The offset to be read next, by the number of the partition; missing and 0 both are its beginning. */
export type Positions = readonly (number | undefined)[]

/** A topic with more cannot be streamed: a position has to fit into a header. */
export const partitionsMax = 512

export const startText = 'start'
const pairShape = /^(0|[1-9]\d{0,3})-(0|[1-9]\d{0,15})$/
/** `511-` and sixteen digits and a comma, for each. */
const lettersMax = partitionsMax * 21

/** The text; `newest` is the partition of the message that was read last, which comes first. */
export function positionText(next: Positions, newest = -1): string {
  const pairs: string[] = []
  const add = (partition: number): void => {
    const offset = next[partition] ?? 0
    if (offset > 0) pairs.push(`${partition}-${offset - 1}`)
  }
  if (newest >= 0) add(newest)
  for (let partition = 0; partition < next.length; partition++) if (partition !== newest) add(partition)
  return pairs.length === 0 ? startText : pairs.join(',')
}

/** The positions in a text; null where it is none. */
export function readPosition(text: string): number[] | null {
  if (text === startText) return []
  if (text.length > lettersMax) return null
  const next: number[] = []
  for (const pair of text.split(',')) {
    const [, number = '', offset = ''] = pairShape.exec(pair) ?? []
    const partition = Number(number)
    if (number === '' || partition >= partitionsMax || next[partition] !== undefined) return null
    if (Number(offset) >= Number.MAX_SAFE_INTEGER) return null
    next[partition] = Number(offset) + 1
  }
  return next
}
