// pure
/**
 * Where a cut search goes on: the offset of each partition before which nothing was looked at yet.
 * Takes and gives the text that travels as `next` and `after`. Refuses any other text.
 */
import { refusal } from '@iris/common/errors/hermes-error'

/** Offsets by partition; a partition that is missing was looked at as a whole. */
export type SearchPlace = ReadonlyMap<number, number>

const form = /^\d{1,6}-\d{1,15}(,\d{1,6}-\d{1,15}){0,999}$/

/** Such as `0-4711,3-12`. */
export function writePlace(place: SearchPlace): string {
  return [...place].map(([partition, before]) => `${partition}-${before}`).join(',')
}

/** Reads what {@link writePlace} wrote; `name` is that of the parameter which brought it back. */
export function readPlace(text: string, name = 'after'): SearchPlace {
  if (!form.test(text))
    throw refusal('VALIDATION_ERROR', { problem: `${name} must be the next of an answer` })
  return new Map(
    text.split(',').map(each => {
      const [partition, before] = each.split('-')
      return [Number(partition), Number(before)]
    }),
  )
}
