// pure
/**
 * A bar that shows how far a long work is.
 * Takes counts. Gives one line of at most `width` columns: `redrive [=====>    ] 45%  450/1,000  120/s`.
 */
import { countText, durationText } from './words.js'
import { shortened } from './table.js'

export interface Stand {
  readonly what: string
  readonly done: number
  /** Null while it is not known. */
  readonly total: number | null
  /** Since the work began. */
  readonly elapsedMs: number
  /** Said behind the figures. */
  readonly note: string
}

const barColumns = 24
/** A guess from less than this is none. */
const guessFromMs = 1_000

/** The line. */
export function barLine({ what, done, total, elapsedMs, note }: Stand, width: number): string {
  const perMs = done / Math.max(1, elapsedMs)
  const rate = elapsedMs < guessFromMs ? '' : `  ${countText(Math.round(perMs * 1_000))}/s`
  const end = note === '' ? '' : `  ${note}`
  if (total === null || total === 0) return shortened(`${what}  ${countText(done)}${rate}${end}`, width)
  const share = Math.min(1, done / total)
  const filled = Math.round(share * barColumns)
  const bar = `${'='.repeat(Math.max(0, filled - 1))}${filled > 0 ? '>' : ''}`.padEnd(barColumns)
  const isGuess = elapsedMs >= guessFromMs && done > 0 && done < total
  const left = isGuess ? `  ${durationText((total - done) / perMs)} left` : ''
  const figures = `${Math.floor(share * 100)}%  ${countText(done)}/${countText(total)}`
  return shortened(`${what} [${bar}] ${figures}${rate}${left}${end}`, width)
}
