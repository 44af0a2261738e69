// pure
/**
 * The sentences of a refused body, as bean validation writes them: `<Class>.<path> <text>`.
 * Takes values and limits, one call a rule. Gives one refusal that joins all sentences with `; `.
 * Promises: texts are word for word those that Hermes' console shows.
 */
import { refusal } from '../errors/hermes-error.js'
import { isNamePart } from './names.js'

/** Collects violations of one body. */
export interface Violations {
  add(sentence: string): void
  notNull(path: string, value: unknown): void
  atLeast(path: string, value: number, min: number): void
  atMost(path: string, value: number, max: number): void
  /** Not empty, and made of the letters of names. */
  name(path: string, value: string): void
  /** Nothing that would end or hide a line. */
  plainText(path: string, value: string): void
  /** Throws `VALIDATION_ERROR` with all sentences, or returns when there are none. */
  refuseAny(): void
}

/** Starts with no violation. */
export function collectViolations(): Violations {
  const sentences: string[] = []
  const add = (sentence: string): void => void sentences.push(sentence)
  return {
    add,
    notNull(path, value) {
      if (value === null || value === undefined) add(`${path} must not be null`)
    },
    atLeast(path, value, min) {
      if (value < min) add(`${path} must be greater than or equal to ${min}`)
    },
    atMost(path, value, max) {
      if (value > max) add(`${path} must be less than or equal to ${max}`)
    },
    name(path, value) {
      if (value === '') add(`${path} must not be empty`)
      if (!isNamePart(value)) add(`${path} must match "[a-zA-Z0-9_.-]+"`)
    },
    plainText(path, value) {
      if (/\p{Cc}/u.test(value)) add(`${path} must not hold control characters`)
    },
    refuseAny() {
      if (sentences.length > 0) throw refusal('VALIDATION_ERROR', { problem: sentences.join('; ') })
    },
  }
}
