// pure
/**
 * Where a listing goes on: an offset, and what later markers have closed below it.
 * Takes and gives the text that travels as `next` and `after`. An id alone will do as well; then the markers
 * above it must be read again. Refuses any other text. Bound: `rangesMax` ranges.
 */
import type { ClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import type { OffsetRange } from '@iris/common/dead-letters/marker'
import { letterId, letterOffset } from '@iris/common/dead-letters/selection'
import { refusal } from '@iris/common/errors/hermes-error'

export interface PageToken {
  /** Letters below it are meant. */
  readonly before: number
  /** What is closed below it, as far as later markers say; null where nobody looked. */
  readonly closed: readonly OffsetRange[] | null
}

/** A longer list is read again from the markers instead: a URL has its limits too. */
const rangesMax = 200

/** Writes `0-42~` and, for each range going down, its distance from the one above and its length. */
export function writeToken(before: number, closed: ClosedOffsets): string {
  const ranges = closed.rangesBelow(before, rangesMax)
  if (ranges === null) return letterId(before)
  let above = before
  const words = [...ranges].reverse().map(({ first, last }) => {
    const word = `${(above - last - 1).toString(36)}.${(last - first + 1).toString(36)}`
    above = first
    return word
  })
  return `${letterId(before)}~${words.join('~')}`
}

/** Reads what {@link writeToken} wrote, or an id; null without a text means from the end. */
export function readToken(text: string | null): PageToken | null {
  if (text === null) return null
  const [id = '', ...words] = text.split('~')
  const before = letterOffset(id)
  if (before === null || words.length > rangesMax) throw unknownToken()
  if (words.length === 0) return { before, closed: null }
  let above = before
  const closed = words.flatMap(word => {
    if (word === '') return []
    const match = /^([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(word)
    if (match === null) throw unknownToken()
    const last = above - 1 - parseInt(match[1] ?? '', 36)
    const first = last + 1 - parseInt(match[2] ?? '', 36)
    if (first < 0 || first > last) throw unknownToken()
    above = first
    return [{ first, last }]
  })
  return { before, closed }
}

function unknownToken(): Error {
  return refusal('VALIDATION_ERROR', {
    problem: 'after must be an id such as 0-42, or the next of an answer',
  })
}
