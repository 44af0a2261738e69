/**
 * OAuth providers: create, list, read, update, delete.
 * Takes bodies and names of the API. Gives what is answered, secrets masked. Promises: a secret that comes
 * back masked stays as it is; a refused creation leaves the provider of that name untouched.
 * Refuses a token endpoint that deliveries could not be sent to either, and to remove what subscriptions use.
 * A subscription may name a provider that is made later, as in Hermes.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { mergePatch } from '@iris/common/domain/merge-patch'
import { isNamePart, subscriptionId } from '@iris/common/domain/names'
import {
  oAuthMask,
  oAuthProviderJson,
  parseOAuthProvider,
  type OAuthProvider,
} from '@iris/common/domain/oauth-provider'
import { refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import type { Shown } from '../changes/versions.js'
import { refusedFor } from '../changes/dependants.js'
import { checkMatch, writeChanged, type Definition } from '../changes/write-changed.js'
import { entityOf, patchOf } from '../requests.js'
import { shownProvider } from '../secrets/shown-secrets.js'
import { forEachOf, readable } from '../store/bounded-reads.js'
import type { GroupStore, OAuthProviderStore, Stored, SubscriptionStore, TopicStore } from '../store/ports.js'
import type { EndpointGuard } from '../subscriptions/endpoint-guard.js'
import { refuseSealed } from '../subscriptions/masked-secrets.js'

export interface OAuthProviderParts {
  readonly store: OAuthProviderStore & GroupStore & TopicStore & SubscriptionStore
  readonly guard: EndpointGuard
}

/** The names of all providers. */
export function listOAuthProviders(store: OAuthProviderStore): Promise<readonly string[]> {
  return store.oAuthProviders()
}

/** One provider with its version. */
export async function readOAuthProvider(store: OAuthProviderStore, name: string): Promise<Shown> {
  const { value, version } = await existing(store, name)
  return { shown: shownProvider(value), version }
}

/** Makes a provider. */
export async function createOAuthProvider(parts: OAuthProviderParts, body: unknown): Promise<void> {
  const provider = parseOAuthProvider(entityOf(body))
  if (provider.clientSecret === oAuthMask) {
    const problem = 'The clientSecret is masked with stars; a new provider needs the secret itself'
    throw refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout('clientSecret'))
  }
  refuseSealed({ clientSecret: provider.clientSecret })
  await parts.guard(provider.tokenEndpoint)
  if ((await parts.store.createOAuthProvider(provider)) !== 'created')
    throw refusal('OAUTH_PROVIDER_ALREADY_EXISTS', { provider: provider.name })
}

/** Applies a merge patch; `ifMatch` names the version that the caller read. */
export async function updateOAuthProvider(
  parts: OAuthProviderParts,
  name: string,
  body: unknown,
  ifMatch: string | null = null,
): Promise<void> {
  const patch = patchOf(body)
  refuseSealed(patch)
  const change = async (value: OAuthProvider): Promise<OAuthProvider> => {
    const changed = patched(value, patch)
    if (changed.name !== name) {
      const problem = `The path says OAuth provider ${name}, the body ${changed.name}; a provider cannot be renamed`
      throw refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout('name'))
    }
    if (changed.tokenEndpoint !== value.tokenEndpoint) await parts.guard(changed.tokenEndpoint)
    return changed
  }
  await writeChanged(providerDefinition(parts.store, name), { ifMatch, patch, change })
}

/** Removes a provider that no subscription uses. */
export async function deleteOAuthProvider(
  store: OAuthProviderParts['store'],
  name: string,
  ifMatch: string | null = null,
): Promise<void> {
  const definition = providerDefinition(store, name)
  const stored = await definition.read()
  checkMatch(definition, ifMatch, stored)
  const users = await usersOf(store, name)
  if (users.length > 0) throw refusedFor('OAUTH_PROVIDER_IN_USE', { provider: name }, 'subscriptions', users)
  const removed = await store.removeOAuthProvider(name, ifMatch === null ? undefined : stored.version)
  if (removed !== 'removed') throw missing(name)
}

/** The ids of the subscriptions that get their tokens from a provider: every one is looked at. */
async function usersOf(store: OAuthProviderParts['store'], provider: string): Promise<readonly string[]> {
  const lists = await forEachOf(await store.groups(), group => store.topics(group))
  const users = await forEachOf(
    lists.flatMap(names => names ?? []),
    async topic => {
      const found: string[] = []
      for (const name of (await store.subscriptions(topic)) ?? []) {
        const policy = (await readable(store.subscription(topic, name)))?.value.oAuthPolicy
        if (policy?.providerName === provider) found.push(subscriptionId(topic, name))
      }
      return found
    },
  )
  return users.flatMap(ids => ids ?? [])
}

function providerDefinition(store: OAuthProviderStore, name: string): Definition<OAuthProvider> {
  return {
    name: `OAuth provider ${name}`,
    read: () => existing(store, name),
    json: oAuthProviderJson,
    shown: shownProvider,
    write: (changed, { version }) => store.updateOAuthProvider(changed, version),
  }
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
