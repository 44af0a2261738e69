// pure
/**
 * What keeps the local stack from starting, as one sentence with its fix.
 * Takes the sentence and the cause. `npm start` prints the sentence alone and exits with 1.
 */

/** A sentence for the person at the terminal. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError'
}
