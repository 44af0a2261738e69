/**
 * OAuth providers: create, list, read, update, delete.
 * Takes bodies and names of the API. Gives what is answered, secrets masked. Promises: a secret that comes
 * back masked stays as it is; a refused creation leaves the provider of that name untouched.
 * Refuses a token endpoint that deliveries could not be sent to either. Who uses a provider is not asked, as
 * in Hermes: a subscription may name one that is made later, and one that is gone gets no new tokens.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { mergePatch } from '@iris/common/domain/merge-patch'
import { isNamePart } from '@iris/common/domain/names'
import {
  oAuthMask,
  oAuthProviderAnswer,
  oAuthProviderJson,
  parseOAuthProvider,
  type OAuthProvider,
} from '@iris/common/domain/oauth-provider'
import { refusal } from '@iris/common/errors/hermes-error'
import { entityOf, patchOf } from '../requests.js'
import type { OAuthProviderStore, Stored } from '../store/ports.js'
import type { EndpointGuard } from '../subscriptions/endpoint-guard.js'

export interface OAuthProviderParts {
  readonly store: OAuthProviderStore
  readonly guard: EndpointGuard
}

/** The names of all providers. */
export function listOAuthProviders(store: OAuthProviderStore): Promise<readonly string[]> {
  return store.oAuthProviders()
}

/** One provider. */
export async function readOAuthProvider(store: OAuthProviderStore, name: string): Promise<JsonObject> {
  return oAuthProviderAnswer((await existing(store, name)).value)
}

/** Makes a provider. */
export async function createOAuthProvider(parts: OAuthProviderParts, body: unknown): Promise<void> {
  const provider = parseOAuthProvider(entityOf(body))
  if (provider.clientSecret === oAuthMask) {
    throw refusal('VALIDATION_ERROR', {
      problem: 'The clientSecret is masked with stars; a new provider needs the secret itself',
    })
  }
  await parts.guard(provider.tokenEndpoint)
  if ((await parts.store.createOAuthProvider(provider)) !== 'created')
    throw refusal('OAUTH_PROVIDER_ALREADY_EXISTS', { provider: provider.name })
}

/** Applies a merge patch. */
export async function updateOAuthProvider(
  parts: OAuthProviderParts,
  name: string,
  body: unknown,
): Promise<void> {
  const patch = patchOf(body)
  const { value, version } = await existing(parts.store, name)
  const changed = patched(value, patch)
  if (changed.name !== name) {
    throw refusal('VALIDATION_ERROR', {
      problem: `The path says OAuth provider ${name}, the body ${changed.name}; a provider cannot be renamed`,
    })
  }
  if (changed.tokenEndpoint !== value.tokenEndpoint) await parts.guard(changed.tokenEndpoint)
  await parts.store.updateOAuthProvider(changed, version)
}

/** Removes a provider. */
export async function deleteOAuthProvider(store: OAuthProviderStore, name: string): Promise<void> {
  const removed = isNamePart(name) ? await store.removeOAuthProvider(name) : 'missing'
  if (removed !== 'removed') throw missing(name)
}

function patched(stored: OAuthProvider, patch: JsonObject): OAuthProvider {
  const { clientSecret, ...rest } = patch
  const isKept = clientSecret === undefined || clientSecret === oAuthMask
  return parseOAuthProvider(mergePatch(oAuthProviderJson(stored), isKept ? rest : patch), 'patch')
}

async function existing(store: OAuthProviderStore, name: string): Promise<Stored<OAuthProvider>> {
  const stored = isNamePart(name) ? await store.oAuthProvider(name) : null
  if (stored === null) throw missing(name)
  return stored
}

function missing(name: string): Error {
  return refusal('OAUTH_PROVIDER_NOT_EXISTS', { provider: name })
}
