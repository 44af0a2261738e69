// pure
/**
 * The rules of a subscription that need more than its body: owner, endpoint, the topic's content type.
 * Takes a checked subscription and what is stored. Refuses with Hermes' texts.
 */
import { isDeepStrictEqual } from 'node:util'
import { endpointProblem, hermesSchemes, isMasked, parseEndpoint } from '@iris/common/domain/endpoint'
import { isForward } from '@iris/common/domain/forward'
import { oAuthMask } from '@iris/common/domain/oauth-provider'
import type { Subscription } from '@iris/common/domain/subscription'
import { retentionMs, type Topic } from '@iris/common/domain/topic'
import { compileTargets, readTargetForm } from '@iris/common/domain/targets'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import { compileFilters } from '@iris/common/filter/filters'
import { checkOwnerExists } from '../owners/owner-sources.js'
import type { PrivilegedSubscriber } from './subscriber-permissions.js'

/** What an installation lets subscriptions be. */
export interface SubscriptionRules {
  readonly additionalSchemes: readonly string[]
  /** The largest `batchVolume`, in bytes. */
  readonly batchVolumeMax: number
  /** Who may subscribe to restricted topics. */
  readonly privilegedSubscribers: readonly PrivilegedSubscriber[]
}

/** Owner, endpoint and size of batches of a new subscription. */
export function checkNewSubscription(rules: SubscriptionRules, subscription: Subscription): void {
  checkOwnerExists(subscription.owner)
  if (!isForward(subscription.endpoint)) checkEndpoint(rules, subscription.endpoint)
  checkTargets(subscription)
  checkBatchVolume(rules, subscription)
  const isOAuthMasked = subscription.oAuthPolicy?.password === oAuthMask
  if (isMasked(subscription.endpoint) || isOAuthMasked) {
    const problem = 'The password is masked with stars; a new subscription needs the password itself'
    throw invalid(problem, isOAuthMasked ? 'oAuthPolicy.password' : 'endpoint')
  }
}

/** The same of a changed subscription. What stays as it is is not judged again. */
export function checkChangedSubscription(
  rules: SubscriptionRules,
  subscription: Subscription,
  stored: Subscription,
): void {
  checkOwnerExists(subscription.owner)
  if (subscription.endpoint !== stored.endpoint && !isForward(subscription.endpoint))
    checkEndpoint(rules, subscription.endpoint)
  if (hasOtherTargets(subscription, stored)) checkTargets(subscription)
  if (batchVolumeOf(subscription) !== batchVolumeOf(stored)) checkBatchVolume(rules, subscription)
}

/** Whether the messages of a changed subscription go somewhere else than before. */
export function hasOtherTargets(subscription: Subscription, stored: Subscription): boolean {
  const { endpoint, endpointAddressResolverMetadata: metadata } = subscription
  return endpoint !== stored.endpoint || !isDeepStrictEqual(metadata, stored.endpointAddressResolverMetadata)
}

/**
 * A message is tried from what Kafka holds, so not for longer than that. A window that stays is not looked at
 * again, should the retention have become shorter: consumers end it with that.
 */
export function checkRetryWindow(
  subscription: Subscription,
  topic: Topic,
  stored: Subscription | null,
): void {
  const windowSeconds = subscription.retry?.windowSeconds ?? 0
  if (windowSeconds === (stored?.retry?.windowSeconds ?? 0)) return
  const retentionSeconds = Math.floor(retentionMs(topic.retentionTime) / 1000)
  if (windowSeconds <= retentionSeconds) return
  const limit = `the topic's retention of ${retentionSeconds} seconds`
  const problem = `Subscription.retry.windowSeconds must be less than or equal to ${limit}`
  throw invalid(problem, 'retry.windowSeconds')
}

/**
 * Every filter must be one that the topic's messages can be judged by. Filters that stay are not looked at
 * again: what Hermes let pass, and consumers cannot run, must not keep the rest from being changed.
 */
export function checkFilters(subscription: Subscription, topic: Topic, stored: Subscription | null): void {
  if (stored !== null && isDeepStrictEqual(subscription.filters, stored.filters)) return
  const compiled = compileFilters(subscription.filters, topic.contentType)
  if (compiled === null || !('problem' in compiled)) return
  throw invalid(compiled.problem, 'filters')
}

/** Refuses a body that names another subscription than its path. */
export function checkSameName(
  path: Pick<Subscription, 'topicName' | 'name'>,
  body: Pick<Subscription, 'topicName' | 'name'>,
): void {
  const inPath = `${path.name} of topic ${path.topicName}`
  const inBody = `${body.name} of topic ${body.topicName}`
  if (inPath === inBody) return
  const member = path.name === body.name ? 'topicName' : 'name'
  throw invalid(`The path says subscription ${inPath}, the body ${inBody}`, member)
}

/** Consumers hold a whole batch in memory. */
function checkBatchVolume({ batchVolumeMax }: SubscriptionRules, subscription: Subscription): void {
  if (batchVolumeOf(subscription) <= batchVolumeMax) return
  const member = 'Subscription.batchSubscriptionPolicy.batchVolume'
  throw invalid(`${member} must be less than or equal to ${batchVolumeMax}`, 'subscriptionPolicy.batchVolume')
}

/** 0 where no batches are made. */
function batchVolumeOf({ deliveryType, subscriptionPolicy }: Subscription): number {
  return deliveryType === 'BATCH' ? subscriptionPolicy.batchVolume : 0
}

/** Refuses an endpoint that nobody could call. */
export function checkEndpoint(rules: Pick<SubscriptionRules, 'additionalSchemes'>, endpoint: string): void {
  const found = endpointProblem(endpoint, [...hermesSchemes, ...rules.additionalSchemes])
  if (found === null) return
  if (found.kind === 'broken') throw other(found.problem, 'endpoint')
  throw invalid(found.problem, 'endpoint')
}

/** Templates and the list of targets. */
function checkTargets({ endpoint, endpointAddressResolverMetadata: metadata }: Subscription): void {
  const address = parseEndpoint(endpoint)?.address ?? endpoint
  const form = readTargetForm(metadata)
  if ('problem' in form) {
    const member = 'endpointAddressResolverMetadata'
    throw invalid(`Subscription.${member}.${form.problem}`, member)
  }
  if (!/^https?:/.test(address)) return
  const targets = compileTargets(address, metadata)
  // Hermes answers 500 for a variable's name, although it is the caller's doing; code and text are its.
  if ('problem' in targets) throw other(targets.problem, 'endpoint')
}

function invalid(problem: string, member: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout(member))
}

function other(problem: string, member: string): HermesError {
  return new HermesError('OTHER', problem, 400, undefined, memberAbout(member))
}
