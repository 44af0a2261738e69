// pure
/**
 * Definitions as answers show them: secrets masked, and told where they cannot be opened.
 * Takes what the store opened. Gives JSON; `secretsProblem` is there only where a secret's key is not.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { providerSecretsProblem, subscriptionSecretsProblem } from '@iris/common/domain/kept-secrets'
import { oAuthProviderAnswer, type OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { Subscription } from '@iris/common/domain/subscription'
import { subscriptionAnswer } from '@iris/common/domain/subscription-json'

/** A subscription of the store. */
export function shownSubscription(subscription: Subscription): JsonObject {
  return withProblem(subscriptionAnswer(subscription), subscriptionSecretsProblem(subscription))
}

/** An OAuth provider of the store. */
export function shownProvider(provider: OAuthProvider): JsonObject {
  return withProblem(oAuthProviderAnswer(provider), providerSecretsProblem(provider))
}

function withProblem(answer: JsonObject, secretsProblem: string | null): JsonObject {
  return secretsProblem === null ? answer : { ...answer, secretsProblem }
}
