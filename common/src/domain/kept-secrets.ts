// pure
/**
 * Where subscriptions, providers and tasks hold secrets, and how these are kept.
 * Takes the thing and a vault. Gives it with each secret sealed, or opened, or `{ problem }` that names the
 * member and the key that is missing; of what a tolerant vault opened, what it left sealed.
 */
import { sealingKeyOf, type Vault } from '../secrets/vault.js'
import { credentialsIn, withPassword } from './endpoint.js'
import { subscriptionId } from './names.js'
import type { OAuthProvider } from './oauth-provider.js'
import type { Task } from '../tasks/task.js'
import type { Subscription } from './subscription.js'

type Change = (secret: string, member: string) => string

/** The subscription as its node holds it. */
export function sealSubscription(subscription: Subscription, vault: Pick<Vault, 'seal'>): Subscription {
  const place = placeOfSubscription(subscription)
  return mapSubscription(subscription, (secret, member) => vault.seal(secret, `${place} ${member}`))
}

/** The subscription of a node, with its secrets. */
export function openSubscription(
  kept: Subscription,
  vault: Pick<Vault, 'open'>,
): Subscription | { readonly problem: string } {
  const place = placeOfSubscription(kept)
  return opened(vault, place, change => mapSubscription(kept, change))
}

/** Whether all secrets of a subscription, as its node holds it, are kept as they would be today. */
export function isSubscriptionCurrent(kept: Subscription, vault: Pick<Vault, 'isCurrent'>): boolean {
  return isCurrent(vault, change => mapSubscription(kept, change))
}

/** The provider as its node holds it. */
export function sealProvider(provider: OAuthProvider, vault: Pick<Vault, 'seal'>): OAuthProvider {
  const place = placeOfProvider(provider)
  return mapProvider(provider, (secret, member) => vault.seal(secret, `${place} ${member}`))
}

/** The provider of a node, with its secret. */
export function openProvider(
  kept: OAuthProvider,
  vault: Pick<Vault, 'open'>,
): OAuthProvider | { readonly problem: string } {
  return opened(vault, placeOfProvider(kept), change => mapProvider(kept, change))
}

/** Whether the secret of a provider, as its node holds it, is kept as it would be today. */
export function isProviderCurrent(kept: OAuthProvider, vault: Pick<Vault, 'isCurrent'>): boolean {
  return isCurrent(vault, change => mapProvider(kept, change))
}

/** Why secrets of a subscription are sealed still, after a tolerant vault opened it; null where none is. */
export function subscriptionSecretsProblem(opened: Subscription): string | null {
  return sealedProblem(change => mapSubscription(opened, change))
}

/** Why the secret of a provider is sealed still, after a tolerant vault opened it; null where it is not. */
export function providerSecretsProblem(opened: OAuthProvider): string | null {
  return sealedProblem(change => mapProvider(opened, change))
}

/** A task as its node holds it. */
export function sealTask(task: Task, vault: Pick<Vault, 'seal'>): Task {
  return mapTask(task, (secret, member) => vault.seal(secret, `${placeOfTask(task)} ${member}`))
}

/** Whether the secret of a task, as its node holds it, is kept as it would be today. */
export function isTaskCurrent(kept: Task, vault: Pick<Vault, 'isCurrent'>): boolean {
  return isCurrent(vault, change => mapTask(kept, change))
}

/** The task of a node, with the password of its endpoint. */
export function openTask(kept: Task, vault: Pick<Vault, 'open'>): Task | { readonly problem: string } {
  return opened(vault, placeOfTask(kept), change => mapTask(kept, change))
}

function mapSubscription(subscription: Subscription, change: Change): Subscription {
  const { oAuthPolicy, signing } = subscription
  const password = oAuthPolicy?.password ?? null
  return {
    ...subscription,
    endpoint: mapEndpoint(subscription.endpoint, change),
    signing: signing === null ? null : { keys: signing.keys.map(key => change(key, 'signing.keys')) },
    ...(oAuthPolicy === null || password === null
      ? {}
      : { oAuthPolicy: { ...oAuthPolicy, password: change(password, 'oAuthPolicy.password') } }),
  }
}

function mapProvider(provider: OAuthProvider, change: Change): OAuthProvider {
  return { ...provider, clientSecret: change(provider.clientSecret, 'clientSecret') }
}

function mapTask(task: Task, change: Change): Task {
  const { endpoint } = task.spec
  if (endpoint === null) return task
  const aimed = mapEndpoint(endpoint, change)
  // Told apart for the compiler: a spec belongs to its kind.
  return task.kind === 'redrive'
    ? { ...task, spec: { ...task.spec, endpoint: aimed } }
    : { ...task, spec: { ...task.spec, endpoint: aimed } }
}

function mapEndpoint(endpoint: string, change: Change): string {
  const password = credentialsIn(endpoint)?.password
  return password === undefined ? endpoint : withPassword(endpoint, change(password, 'endpoint'))
}

function opened<T extends object>(
  vault: Pick<Vault, 'open'>,
  place: string,
  map: (change: Change) => T,
): T | { readonly problem: string } {
  let problem: string | null = null
  const thing = map((kept, member) => {
    const secret = vault.open(kept, `${place} ${member}`)
    if (secret !== null) return secret
    const key = sealingKeyOf(kept) ?? ''
    problem ??= `the secret in ${member} is sealed with key ${key}: this process lacks it (secrets.keys), or the secret was sealed for another place`
    return kept
  })
  return problem === null ? thing : { problem }
}

function sealedProblem(map: (change: Change) => unknown): string | null {
  const members = new Set<string>()
  const keys = new Set<string>()
  map((secret, member) => {
    const key = sealingKeyOf(secret)
    if (key !== null) {
      members.add(member)
      keys.add(key)
    }
    return secret
  })
  if (members.size === 0) return null
  return (
    `What is kept in ${[...members].join(', ')} cannot be opened: it is sealed with key ${[...keys].join(', ')}, ` +
    'which this process lacks (secrets.keys), or was sealed for another place; ' +
    'give the key back, or the secret anew with a PUT'
  )
}

function isCurrent(vault: Pick<Vault, 'isCurrent'>, map: (change: Change) => unknown): boolean {
  let areAll = true
  map(kept => {
    areAll &&= vault.isCurrent(kept)
    return kept
  })
  return areAll
}

function placeOfSubscription({ topicName, name }: Subscription): string {
  return `subscription ${subscriptionId(topicName, name)}`
}

function placeOfTask({ id, topic, subscription }: Task): string {
  return `task ${id} of ${subscriptionId(topic, subscription)}`
}

function placeOfProvider({ name }: OAuthProvider): string {
  return `oauth provider ${name}`
}
