// pure
/**
 * The word that was probably meant.
 */

/** The one of these words that is nearest, or null where none is near. */
export function nearest(word: string, words: readonly string[]): string | null {
  const ranked = words
    .map(each => ({ each, distance: distanceOf(word.toLowerCase(), each.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)[0]
  return ranked !== undefined && ranked.distance <= Math.max(2, word.length / 4) ? ranked.each : null
}

/** Letters to add, leave out or change (Levenshtein), computed row by row. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const isSame = one[at - 1] === other[to - 1]
      const replaced = (row[to - 1] ?? 0) + (isSame ? 0 : 1)
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
