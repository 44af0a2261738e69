// pure
/**
 * What is wrong with a file of definitions, and where.
 * Takes a place and sentences. Gives one line: file, line, field, problem, fix.
 */

/** A place in a file; lines and columns count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface FileProblem extends FilePlace {
  /** Such as `groups[0].topics[2].retentionTime`; empty for the file as a whole. */
  readonly field: string
  readonly problem: string
  /** What helps; empty where the problem says it. */
  readonly fix: string
}

/** Nothing was changed: the file cannot be used. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'

  constructor(readonly problems: readonly FileProblem[]) {
    super(problems.map(problemLine).join('\n'))
  }
}

/** `iris.yaml:12:7 groups[0].name: problem. Fix: …` */
export function problemLine({ file, line, column, field, problem, fix }: FileProblem): string {
  const what = field === '' ? problem : `${field}: ${problem}`
  return `${file}:${line}:${column} ${what}${fix === '' ? '' : `. Fix: ${fix}`}`
}

/** The one of these words that was probably meant, or null. */
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
