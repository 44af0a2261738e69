/**
 * The rules of a subscription that forwards to another topic.
 * Takes it, its topic, who asks and what else is there. Gives nothing. Refuses a target that is not there,
 * that the caller may not publish to, that holds other content, or from which messages would come back; and
 * members that mean something for addresses only. Promises: who may not see a topic learns nothing of it.
 */
import { mayPublish, type Principal } from '@iris/common/access/principal'
import { forwardOf, isSetByForward } from '@iris/common/domain/forward'
import type { TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import { readTargetForm } from '@iris/common/domain/targets'
import type { Topic } from '@iris/common/domain/topic'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import { seesTopic } from '../access/visible.js'
import { groupOf, type Catalog, type CatalogView } from '../catalog/catalog.js'
import { forwardsOf, wayBetween } from '../graph/forwards.js'
import { refusedFor } from '../changes/dependants.js'
import type { TopicStore } from '../store/ports.js'

export interface ForwardRuleParts {
  readonly store: Pick<TopicStore, 'topic'>
  readonly catalog: Catalog
}

/** Checks where a subscription forwards to; one that calls an address passes. */
export async function checkForward(
  { store, catalog }: ForwardRuleParts,
  subscription: Subscription,
  topic: Topic,
  principal: Principal,
): Promise<void> {
  const forward = forwardOf(subscription.endpoint)
  if (forward === null) return
  if ('problem' in forward) throw invalid(forward.problem, 'endpoint')
  checkMembers(subscription)
  const target = (await store.topic(forward.topic))?.value ?? null
  if (target === null || !mayForwardTo(target, principal))
    throw refusal('TOPIC_NOT_EXISTS', { topic: forward.topic })
  checkContent(topic, target)
  const { topics, subscriptions } = await catalog.view()
  const others = subscriptions.filter(
    each => each.topicName !== subscription.topicName || each.name !== subscription.name,
  )
  const way = wayBetween(forwardsOf(others), target.name, topic.name)
  if (way === null) return
  const ring = [topic.name, ...shown(way, topics, principal)].join(' -> ')
  throw invalid(`Messages would come back to their topic: ${ring}`, 'endpoint')
}

/** Refuses the removal of a topic that messages of others are forwarded to. */
export async function checkNoForwards(catalog: Catalog, topic: TopicName): Promise<void> {
  const { subscriptions } = await catalog.view()
  const names = forwardsOf(subscriptions).flatMap(({ id, from, to }) =>
    to === topic && from !== topic ? [id] : [],
  )
  if (names.length > 0) throw refusedFor('TOPIC_NOT_EMPTY', { topic }, 'forwarding subscriptions', names)
}

function checkMembers(subscription: Subscription): void {
  const { mode, contentType, cloudEvents, signing, oAuthPolicy } = subscription
  const targets = readTargetForm(subscription.endpointAddressResolverMetadata)
  const meant = [
    ['mode', mode === 'BROADCAST'],
    ['contentType', contentType !== 'JSON'],
    ['cloudEvents', cloudEvents !== null],
    ['signing', signing !== null],
    ['oAuthPolicy', oAuthPolicy !== null],
    ['endpointAddressResolverMetadata', 'kind' in targets && targets.kind !== 'endpoint'],
  ] as const
  const header = subscription.headers.find(({ name }) => isSetByForward(name))
  if (header !== undefined) {
    const problem = `Subscription.headers: ${header.name} cannot be set; it goes to the topic as the message has it`
    throw invalid(problem, 'headers')
  }
  const wrong = meant.find(([, isGiven]) => isGiven)?.[0]
  if (wrong === undefined) return
  throw invalid(
    `Subscription.${wrong} is for endpoints with an address; a topic takes the message as it is`,
    wrong,
  )
}

/** The record of one AVRO topic would name a schema that another does not have. */
function checkContent(topic: Topic, target: Topic): void {
  for (const { name, contentType } of [topic, target]) {
    if (contentType === 'JSON') continue
    const problem = `Topic ${name} has content type ${contentType}; only JSON topics can be forwarded from and to`
    throw invalid(problem, 'endpoint')
  }
}

/**
 * As the frontends ask it of a publisher, except that an administrator needs no naming. False where the
 * caller may not even see the topic; refuses where it may.
 */
function mayForwardTo(target: Topic, principal: Principal): boolean {
  const { name, auth } = target
  if (!auth.enabled || auth.unauthenticatedAccessEnabled || principal.isAdmin) return true
  if (auth.publishers?.includes(principal.name) === true && mayPublish(principal, groupOf(target)))
    return true
  if (!seesTopic(principal, target)) return false
  throw refusal('PERMISSION_DENIED', {
    problem: `Forwarding to topic ${name} takes the right to publish to it; its owner can name you as a publisher`,
  })
}

/** The topics of a way by their names, where the caller may see them. */
function shown(way: readonly TopicName[], topics: CatalogView['topics'], principal: Principal): string[] {
  return way.map(name => {
    const topic = topics.find(each => each.name === name)
    return topic !== undefined && seesTopic(principal, topic) ? name : hidden
  })
}

const hidden = '(a topic that you may not see)'

function invalid(problem: string, member: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout(member))
}
