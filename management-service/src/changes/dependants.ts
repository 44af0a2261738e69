// pure
/**
 * What stands in the way of a removal, in words.
 * Takes names. Gives the refusal: Hermes' code and text, and behind it up to `namedMax` names; problem
 * details have up to `listedMax`.
 */
import { HermesError, refusal } from '@iris/common/errors/hermes-error'

const namedMax = 10
const listedMax = 1_000

type Code = 'GROUP_NOT_EMPTY' | 'TOPIC_NOT_EMPTY' | 'OAUTH_PROVIDER_IN_USE'

/** The refusal; `kind` says what the names are, in the plural. */
export function refusedFor(
  code: Code,
  values: Readonly<Record<string, string>>,
  kind: string,
  names: readonly string[],
): HermesError {
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : ''
  const text = names.length === 0 ? '' : `: it has the ${kind} ${names.slice(0, namedMax).join(', ')}${more}`
  const dependants = names.slice(0, listedMax)
  return new HermesError(code, refusal(code, values).message + text, undefined, {}, { dependants })
}
