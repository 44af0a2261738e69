// pure
/**
 * The place of a member in a body, for problem details.
 * Takes its path, such as `retry.rules[0].on`. Gives the field and its JSON pointer, `/retry/rules/0/on`.
 */
import { refusal, type ErrorAbout, type HermesError } from './hermes-error.js'

/** What is known of a refusal because of a member; nothing where it is about the whole. */
export function memberAbout(path: string | null): ErrorAbout {
  if (path === null || path === '') return {}
  const steps = path.split(/[.[\]]+/).filter(step => step !== '')
  return { field: path, pointer: `/${steps.join('/')}` }
}

/** The refusal of one member: its path, and the rule that it breaks, such as `must be true or false`. */
export function invalidMember(path: string, rule: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem: `${path} ${rule}` }, 'management', memberAbout(path))
}
