// pure
/**
 * Which values of a series no line can show.
 */

/** The places of values that have no value beside them, in rising order. */
export function lonePoints(values: ArrayLike<number | null | undefined>): readonly number[] {
  const isKnown = (index: number): boolean => typeof values[index] === 'number'
  return Array.from(values, (_, index) => index).filter(
    index => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1),
  )
}
