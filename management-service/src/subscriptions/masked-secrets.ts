// pure
/**
 * Secrets that come back masked.
 * Takes what is stored and a patch. Gives the patch with the stored secrets in the place of the stars.
 * Refuses stars together with another user, host or provider: nobody may send a secret where its owner did
 * not.
 */
import { credentialsIn, isMasked, unmaskEndpoint } from '@iris/common/domain/endpoint'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { oAuthMask } from '@iris/common/domain/oauth-provider'
import { unmaskSigning } from '@iris/common/domain/signing'
import type { Subscription } from '@iris/common/domain/subscription'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { sealingKeyOf } from '@iris/common/secrets/vault'

/**
 * Refuses sealed texts, as they stand in ZooKeeper, in the places of secrets: only what is kept already may
 * stay sealed, at the host that it was sealed for.
 */
export function refuseSealed({ endpoint, oAuthPolicy, signing, clientSecret }: JsonObject): void {
  const keys: unknown = isJsonObject(signing) ? signing['keys'] : null
  const secrets: readonly (readonly [member: string, secret: unknown])[] = [
    ['endpoint', typeof endpoint === 'string' ? credentialsIn(endpoint)?.password : null],
    ['oAuthPolicy.password', isJsonObject(oAuthPolicy) ? oAuthPolicy['password'] : null],
    ['clientSecret', clientSecret],
    ...(Array.isArray(keys) ? keys.map(key => ['signing.keys', key] as const) : []),
  ]
  for (const [member, secret] of secrets)
    if (typeof secret === 'string' && sealingKeyOf(secret) !== null)
      throw invalidMember(member, 'holds a sealed text, as ZooKeeper keeps it; give the secret itself')
}

/** The patch, without stars. */
export function withStoredSecrets(stored: Subscription, patch: JsonObject): JsonObject {
  return {
    ...patch,
    ...endpointOf(stored, patch),
    ...oAuthPolicyOf(stored, patch),
    ...signingOf(stored, patch),
  }
}

function endpointOf(stored: Subscription, { endpoint }: JsonObject): JsonObject {
  if (typeof endpoint !== 'string' || !isMasked(endpoint)) return {}
  const unmasked = unmaskEndpoint(endpoint, stored.endpoint)
  if (unmasked === null) throw masked('endpoint', 'user or host')
  return { endpoint: unmasked }
}

function signingOf(stored: Subscription, { signing }: JsonObject): JsonObject {
  return isJsonObject(signing) ? { signing: unmaskSigning(signing, stored.signing) } : {}
}

function oAuthPolicyOf(stored: Subscription, { oAuthPolicy }: JsonObject): JsonObject {
  if (!isJsonObject(oAuthPolicy) || oAuthPolicy['password'] !== oAuthMask) return {}
  const known = stored.oAuthPolicy
  const rest = Object.fromEntries(Object.entries(oAuthPolicy).filter(([name]) => name !== 'password'))
  const isSame = (name: 'providerName' | 'username'): boolean =>
    rest[name] === undefined || rest[name] === (known?.[name] ?? null)
  if (!isSame('providerName') || !isSame('username')) throw masked('oAuthPolicy', 'provider or user')
  return { oAuthPolicy: rest }
}

function masked(member: string, what: string): HermesError {
  return refusal('VALIDATION_ERROR', {
    problem: `The password in ${member} is masked but the ${what} changed; give the password itself`,
  })
}
