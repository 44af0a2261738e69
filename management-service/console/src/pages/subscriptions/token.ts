// pure
/**
 * The OAuth token of a subscription in its form.
 * Takes a draft. Gives it as it is sent: where no kind of token is chosen, without the rest of the policy.
 */
import { memberOf, withMember, type Draft } from '../../form/pointer.js'

/** The draft to send. */
export function withoutIdleToken(draft: Draft): Draft {
  const isChosen = typeof memberOf(draft, '/oAuthPolicy/grantType') === 'string'
  return isChosen ? draft : withMember(draft, '/oAuthPolicy', undefined)
}
