// pure
/**
 * Whether a request only asks what would happen.
 * Takes its query. Gives yes for `dryRun=true`, no for `false` and without the word. Refuses any other word:
 * who mistypes it must not change anything.
 */
import { refusal } from '@iris/common/errors/hermes-error'

/** Reads `dryRun`. */
export function isDryRun(query: URLSearchParams): boolean {
  const word = query.get('dryRun')
  if (word === null || word === 'false') return false
  if (word === 'true') return true
  throw refusal('VALIDATION_ERROR', { problem: `dryRun must be true or false, not ${word.slice(0, 20)}` })
}
