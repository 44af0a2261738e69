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
    const more = problems.length - toldMax
    super(
      [...problems.slice(0, toldMax).map(problemLine), ...(more > 0 ? [`… and ${more} more`] : [])].join(
        '\n',
      ),
    )
  }
}

/** A file of another kind has a problem a line. */
const toldMax = 20

/** `iris.yaml:12:7 groups[0].name: problem. Fix: …` */
export function problemLine({ file, line, column, field, problem, fix }: FileProblem): string {
  const what = field === '' ? problem : `${field}: ${problem}`
  return `${file}:${line}:${column} ${what}${fix === '' ? '' : `. Fix: ${fix}`}`
}
