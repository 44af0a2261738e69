// pure
/**
 * What a new version of a JSON Schema breaks, as it is told at its field.
 * Takes the answer of a dry run, and what the topic demands of new versions. Gives one text with a line for
 * each place, at most `placesMax`.
 */
import type { FieldProblems } from '../../api/problem.js'

interface Break {
  readonly pointer: string
  readonly breaks: 'publishers' | 'subscribers'
  readonly problem: string
  readonly isCertain: boolean
}

const placesMax = 12

/** Nothing where it breaks nothing. */
export function breaksIn(answer: unknown, compatibility: string): FieldProblems {
  const { breaks = [] } = (answer ?? {}) as { readonly breaks?: readonly Break[] }
  if (breaks.length === 0) return new Map()
  const lines = breaks.slice(0, placesMax).map(lineOf)
  const left = breaks.length - lines.length
  const more = left === 0 ? [] : [`and ${left} more`]
  const first = `It is not ${compatibility}, so it would be refused:`
  return new Map([['', [first, ...lines, ...more].join('\n')]])
}

function lineOf({ pointer, breaks, problem, isCertain }: Break): string {
  return `${pointer || '/'}: ${problem} (${isCertain ? 'breaks' : 'may break'} ${breaks})`
}
