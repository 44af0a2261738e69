// pure
/**
 * Who may subscribe to what, and what only admins may make of a subscription.
 * Takes a subscription, what is stored of it, its topic and who asks. Refuses with Hermes' texts.
 */
import { may, type Principal } from '@iris/common/access/principal'
import { parseEndpoint } from '@iris/common/domain/endpoint'
import { splitTopicName } from '@iris/common/domain/names'
import type { OwnerId } from '@iris/common/domain/owner'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'

/** An owner that may subscribe to restricted topics, by some protocols. */
export interface PrivilegedSubscriber {
  readonly owner: OwnerId
  readonly protocols: readonly string[]
}

/** What is known when a subscription is made or changed; `topic` is null where it is not there. */
export interface SubscribingSituation {
  readonly principal: Principal
  readonly topic: Topic | null
  /** Null for a new subscription. */
  readonly stored: Subscription | null
}

const subscriberPattern = /^([^:=]+):([^=]+)=([a-z0-9+.-]+)$/

/** `source:id=protocol+protocol`, such as `Plaintext:audit=http+https`; null for any other text. */
export function parsePrivilegedSubscriber(text: string): PrivilegedSubscriber | null {
  const [, source, id, protocols] = subscriberPattern.exec(text) ?? []
  if (source === undefined || id === undefined || protocols === undefined) return null
  return { owner: { source, id }, protocols: protocols.split('+') }
}

/** Owner and inflight. */
export function checkSubscriber(subscription: Subscription, situation: SubscribingSituation): void {
  const { principal, topic } = situation
  if (principal.isAdmin) return
  const owners = topic === null ? [subscription.owner] : [subscription.owner, topic.owner]
  const group = splitTopicName(subscription.topicName)?.group ?? null
  if (!may(principal, 'owner', { group, owners }))
    throw invalid(
      'Provide an owner that includes you, you would not be able to manage this subscription later',
    )
  checkInflight(subscription, situation.stored)
}

/** A topic with restricted subscribing; `isElsewhere`: the messages go somewhere else than before. */
export function checkRestriction(
  subscription: Subscription,
  { principal, topic, stored }: SubscribingSituation,
  privileged: readonly PrivilegedSubscriber[],
): void {
  if (topic?.subscribingRestricted !== true) return
  const group = splitTopicName(topic.name)?.group ?? null
  if (may(principal, 'owner', { group, owners: [topic.owner] })) return
  const scheme = parseEndpoint(subscription.endpoint)?.scheme ?? ''
  const isPrivileged = ({ owner, protocols }: PrivilegedSubscriber): boolean =>
    owner.source === subscription.owner.source &&
    owner.id === subscription.owner.id &&
    protocols.includes(scheme)
  if (privileged.some(isPrivileged)) return
  const what = stored === null ? 'create a new subscription' : 'modify the endpoint of this subscription'
  throw refusal('PERMISSION_DENIED', {
    problem: `Subscribing to this topic has been restricted. Contact the topic owner to ${what}.`,
  })
}

function checkInflight(subscription: Subscription, stored: Subscription | null): void {
  const [before, now] = [inflightOf(stored), inflightOf(subscription)]
  if (before === now) return
  if (stored === null) throw invalid("Inflight size can't be set by non admin users")
  const change = `Changed from: ${before}, to: ${now}`
  throw invalid(`Inflight size can't be changed by non admin users. ${change}`)
}

function inflightOf(subscription: Subscription | null): number | null {
  if (subscription?.deliveryType !== 'SERIAL') return null
  return subscription.subscriptionPolicy.inflightSize
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
