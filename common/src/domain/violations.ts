// pure
/**
 * The sentences of a refused body, as bean validation writes them: `<Class>.<path> <text>`.
 * Takes values and limits, one call a rule. Gives one refusal that joins all sentences with `; `.
 * Promises: texts are word for word those that Hermes' console shows; problem details have the place of each.
 */
import { refusal, type ErrorAbout } from '../errors/hermes-error.js'
import { memberAbout } from '../errors/member-about.js'
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
      if (sentences.length === 0) return
      throw refusal('VALIDATION_ERROR', { problem: sentences.join('; ') }, 'management', aboutOf(sentences))
    },
  }
}

function aboutOf(sentences: readonly string[]): ErrorAbout {
  const places = sentences.map(sentence => memberAbout(memberOf(sentence)))
  if (places.length === 1) return places[0] ?? {}
  const errors = places.map(({ pointer }, index) => {
    const detail = sentences[index] ?? ''
    return pointer === undefined ? { detail } : { detail, pointer }
  })
  return { ...places[0], errors }
}

/**
 * The member that a sentence begins with, after its class; null for one about the whole. Hermes' paths name
 * the halves of a topic's name, and the policy by its type; the body has them in one.
 */
function memberOf(sentence: string): string | null {
  const path = /^[A-Z]\w*\.([\w.[\]]+)/.exec(sentence)?.[1]
  if (path === undefined) return null
  return path
    .replace(/\.$/, '')
    .replace(/^(?:serial|batch)SubscriptionPolicy\b/, 'subscriptionPolicy')
    .replace(/^(topicName|name)\.(?:groupName|name)$/, '$1')
}
